// Answers on PORT: `/healthz`, and the memory that the process may use on `/memory`.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/google/uuid"
)

func answer(path string) (string, bool) {
	switch path {
	case "/healthz":
		return "ok", true
	case "/memory":
		return fmt.Sprint(debug.SetMemoryLimit(-1)), true
	}
	return "", false
}

func main() {
	server := &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: http.HandlerFunc(
		func(response http.ResponseWriter, request *http.Request) {
			response.Header().Set("X-Request-Id", uuid.NewString())
			text, found := answer(request.URL.Path)
			if !found {
				response.WriteHeader(http.StatusNotFound)
			}
			fmt.Fprint(response, text)
		})}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-stopped.Done()
		server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
