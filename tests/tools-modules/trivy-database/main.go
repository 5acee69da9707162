// Makes small databases in the format of Trivy's, and pushes them to a registry on loopback:
//
//	trivy-database HOST MADE JAVA_DATABASE < advisories.json
//
// The databases are HOST/trivy-db:2 and HOST/trivy-java-db:1. MADE is the time at which they claim to be made, as
// 2026-11-27T10:00:00Z. The advisories are a JSON list of objects with `id`, `platform` ("debian 12"), `package`, `fixed`
// and `severity` (0 to 4). JAVA_DATABASE is an SQLite file with Trivy's tables of Java archives.
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

// A database as Trivy downloads it: an artifact of one layer, with a file and metadata.json.
type database struct {
	repository string
	version    int
	mediaType  string
	file       string
	content    []byte
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: trivy-database HOST MADE JAVA_DATABASE < advisories.json")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Stdin); err != nil {
		log.Fatal(err)
	}
}

func run(host, made, javaDatabase string, input io.Reader) error {
	var advisories []advisory
	if err := json.NewDecoder(input).Decode(&advisories); err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, made)
	if err != nil {
		return err
	}
	vulnerabilities, err := boltFile(advisories)
	if err != nil {
		return err
	}
	java, err := os.ReadFile(javaDatabase)
	if err != nil {
		return err
	}
	for _, one := range []database{
		{"trivy-db", 2, "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip", "trivy.db", vulnerabilities},
		{"trivy-java-db", 1, "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip", "trivy-java.db", java},
	} {
		layer, err := one.layer(at)
		if err != nil {
			return err
		}
		if err := push("http://"+host+"/v2/"+one.repository, one, layer); err != nil {
			return err
		}
	}
	return nil
}

func (one database) layer(made time.Time) ([]byte, error) {
	next := made.Add(24 * time.Hour)
	metadata, err := json.Marshal(map[string]any{"Version": one.version, "UpdatedAt": made, "NextUpdate": next})
	if err != nil {
		return nil, err
	}
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	files := tar.NewWriter(compressed)
	for name, content := range map[string][]byte{one.file: one.content, "metadata.json": metadata} {
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
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}

// The database of vulnerabilities.
func boltFile(advisories []advisory) ([]byte, error) {
	folder, err := os.MkdirTemp("", "trivy-database-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "trivy.db")
	if err := write(path, advisories); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// Writes the buckets that Trivy reads: advisories by platform and package, vulnerabilities by id.
func write(path string, advisories []advisory) error {
	database, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	defer database.Close()
	return database.Update(func(transaction *bolt.Tx) error {
		// Without this bucket Trivy reports an error.
		if _, err := transaction.CreateBucketIfNotExists([]byte("data-source")); err != nil {
			return err
		}
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
func push(base string, one database, layer []byte) error {
	configuration := []byte("{}")
	for _, blob := range [][]byte{configuration, layer} {
		if err := upload(base, blob); err != nil {
			return err
		}
	}
	described := descriptor(one.mediaType, layer)
	described["annotations"] = map[string]string{"org.opencontainers.image.title": "db.tar.gz"}
	const mediaType = "application/vnd.oci.image.manifest.v1+json"
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     mediaType,
		"config":        descriptor("application/vnd.aquasec.trivy.config.v1+json", configuration),
		"layers":        []any{described},
	})
	if err != nil {
		return err
	}
	_, err = send(http.MethodPut, fmt.Sprintf("%s/manifests/%d", base, one.version), mediaType, manifest)
	return err
}

func descriptor(mediaType string, blob []byte) map[string]any {
	return map[string]any{"mediaType": mediaType, "digest": digest(blob), "size": len(blob)}
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
