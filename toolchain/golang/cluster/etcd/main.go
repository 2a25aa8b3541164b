// Etcd is the server that Kubernetes keeps its objects in. Its own main package is named after a version, which Go would
// make the program's name.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
