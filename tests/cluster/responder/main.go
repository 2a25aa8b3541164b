// Responder is the workload of the cluster tests: it answers, calls others, and keeps a note in a file.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

const note = "/data/note"

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
	http.HandleFunc("PUT /note", func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err == nil {
			err = os.WriteFile(note, content, 0o600)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
