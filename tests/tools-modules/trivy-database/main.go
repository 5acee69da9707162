// Makes a small database of vulnerabilities in the format of Trivy's, and pushes it to a registry on loopback:
//
//	trivy-database HOST/REPOSITORY:TAG MADE < advisories.json
//
// MADE is the time that the database is said to be made at, as 2026-11-27T10:00:00Z. The advisories are a JSON list of
// objects with `id`, `platform` ("debian 12"), `package`, `fixed` and `severity` (0 to 4).
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

type advisory struct {
	ID       string
	Platform string
	Package  string
	Fixed    string
	Severity int
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: trivy-database HOST/REPOSITORY:TAG MADE < advisories.json")
	}
	var advisories []advisory
	check(json.NewDecoder(os.Stdin).Decode(&advisories))
	made, err := time.Parse(time.RFC3339, os.Args[2])
	check(err)
	archive, err := pack(advisories, made)
	check(err)
	check(push(os.Args[1], archive))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// The layer of Trivy's database: trivy.db and metadata.json.
func pack(advisories []advisory, made time.Time) ([]byte, error) {
	folder, err := os.MkdirTemp("", "trivy-database-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "trivy.db")
	if err := write(path, advisories); err != nil {
		return nil, err
	}
	database, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	metadata, err := json.Marshal(map[string]any{"Version": 2, "UpdatedAt": made, "NextUpdate": made.Add(24 * time.Hour)})
	if err != nil {
		return nil, err
	}
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	files := tar.NewWriter(compressed)
	for name, content := range map[string][]byte{"trivy.db": database, "metadata.json": metadata} {
		header := tar.Header{Name: name, Mode: 0o600, Size: int64(len(content))}
		if err := files.WriteHeader(&header); err != nil {
			return nil, err
		}
		if _, err := files.Write(content); err != nil {
			return nil, err
		}
	}
	if err := files.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), compressed.Close()
}

// Writes the buckets that Trivy reads: advisories by platform and package, vulnerabilities by id.
func write(path string, advisories []advisory) error {
	database, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	defer database.Close()
	return database.Update(func(transaction *bolt.Tx) error {
		for _, one := range advisories {
			source := map[string]string{"ID": "debian", "Name": "Debian Security Tracker"}
			if err := put(transaction, []string{"data-source"}, one.Platform, source); err != nil {
				return err
			}
			fix := map[string]string{"FixedVersion": one.Fixed}
			if err := put(transaction, []string{one.Platform, one.Package}, one.ID, fix); err != nil {
				return err
			}
			names := []string{"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
			vulnerability := map[string]any{"Title": "Planted by a test", "Severity": names[one.Severity]}
			if err := put(transaction, []string{"vulnerability"}, one.ID, vulnerability); err != nil {
				return err
			}
		}
		return nil
	})
}

func put(transaction *bolt.Tx, path []string, key string, value any) error {
	bucket, err := transaction.CreateBucketIfNotExists([]byte(path[0]))
	if err != nil {
		return err
	}
	for _, name := range path[1:] {
		if bucket, err = bucket.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return bucket.Put([]byte(key), text)
}

// Pushes an artifact of one layer, by the protocol of registries.
func push(reference string, layer []byte) error {
	host, rest, _ := strings.Cut(reference, "/")
	repository, tag, _ := strings.Cut(rest, ":")
	base := "http://" + host + "/v2/" + repository
	configuration := []byte("{}")
	for _, blob := range [][]byte{configuration, layer} {
		if err := upload(base, blob); err != nil {
			return err
		}
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     "application/vnd.oci.image.manifest.v1+json",
		"config":        descriptor("application/vnd.aquasec.trivy.config.v1+json", configuration, ""),
		"layers":        []any{descriptor("application/vnd.aquasec.trivy.db.layer.v1.tar+gzip", layer, "db.tar.gz")},
	})
	if err != nil {
		return err
	}
	_, err = send(http.MethodPut, base+"/manifests/"+tag, "application/vnd.oci.image.manifest.v1+json", manifest)
	return err
}

func descriptor(mediaType string, blob []byte, title string) map[string]any {
	described := map[string]any{"mediaType": mediaType, "digest": digest(blob), "size": len(blob)}
	if title != "" {
		described["annotations"] = map[string]string{"org.opencontainers.image.title": title}
	}
	return described
}

func digest(blob []byte) string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256(blob))
}

func upload(base string, blob []byte) error {
	started, err := send(http.MethodPost, base+"/blobs/uploads/", "", nil)
	if err != nil {
		return err
	}
	place, err := url.Parse(started.Get("Location"))
	if err != nil {
		return err
	}
	query := place.Query()
	query.Set("digest", digest(blob))
	place.RawQuery = query.Encode()
	_, err = send(http.MethodPut, place.String(), "application/octet-stream", blob)
	return err
}

func send(method, address, mediaType string, body []byte) (http.Header, error) {
	request, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, address, response.Status, text)
	}
	return response.Header, nil
}
