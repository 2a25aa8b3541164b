// Responder is the workload of the cluster tests: it answers, calls others, and keeps a note in a file. It stops as a
// good server does: from the signal on it asks its callers, with each answer, to close their connections, and when they
// had time to, ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	note  = "/data/note"
	drain = 2 * time.Second // how long callers have to close their connections
)

func main() {
	// A new connection for every call: policies are about connections, not about what passes on an open one.
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	name, _ := os.Hostname()

	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, name)
	})
	http.HandleFunc("GET /call", func(w http.ResponseWriter, r *http.Request) {
		response, err := client.Get(r.URL.Query().Get("url"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		io.Copy(w, response.Body)
	})
	http.HandleFunc("GET /note", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, note)
	})
	write := func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err == nil {
			err = os.WriteFile(note, content, 0o600)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
	http.HandleFunc("PUT /note", write)
	http.HandleFunc("POST /note", write) // as webhooks do

	var draining atomic.Bool
	server := http.Server{Addr: ":8080", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if draining.Load() {
			w.Header().Set("Connection", "close")
		}
		http.DefaultServeMux.ServeHTTP(w, r)
	})}
	stopped := make(chan struct{})
	go func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
		draining.Store(true)
		time.Sleep(drain)
		server.Shutdown(context.Background())
		close(stopped)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-stopped
}
