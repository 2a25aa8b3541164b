// Firewall enforces network policies on the one node that the cluster has: it watches pods, namespaces and policies, and
// keeps one nftables table that follows from them.
//
// A pod that has just got its address is open until the table has been replaced, which takes a fraction of a second.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// together is how long changes are gathered: a rollout makes many at once.
const together = 20 * time.Millisecond

// again is when a table that was refused is tried once more.
const again = time.Second

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	bridge := flag.String("bridge", "", "the network device that pods are behind")
	node := flag.String("node", "", "the addresses of the node and its machine, separated by commas")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := enforce(ctx, client, *bridge, strings.Split(*node, ",")); err != nil {
		log.Fatal(err)
	}
}

func enforce(ctx context.Context, client kubernetes.Interface, bridge string, node []string) error {
	changed := make(chan struct{}, 1)
	change := func() {
		select {
		case changed <- struct{}{}:
		default: // one is announced already
		}
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { change() },
			UpdateFunc: func(any, any) { change() },
			DeleteFunc: func(any) { change() },
		}); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	current := func() (world, error) {
		w := world{node: node, bridge: bridge, namespaces: map[string]labels.Set{}}
		all, err := pods.Lister().List(labels.Everything())
		if err != nil {
			return w, err
		}
		w.pods = addressed(all)
		spaces, err := namespaces.Lister().List(labels.Everything())
		if err != nil {
			return w, err
		}
		for _, namespace := range spaces {
			w.namespaces[namespace.Name] = namespace.Labels
		}
		w.policies, err = policies.Lister().List(labels.Everything())
		return w, err
	}

	applied := ""
	for {
		w, err := current()
		if err != nil {
			return err
		}
		if wanted := w.ruleset(); wanted != applied {
			if err := load(ctx, wanted); err == nil {
				applied = wanted
			} else {
				log.Print(err)
				time.AfterFunc(again, change)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			time.Sleep(together)
		}
	}
}

func load(ctx context.Context, ruleset string) error {
	command := exec.CommandContext(ctx, "nft", "-f", "-")
	command.Stdin = strings.NewReader(ruleset)
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, said)
	}
	return nil
}
