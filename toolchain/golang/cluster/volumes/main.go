// Volumes provides persistent volumes as folders of the one node that the cluster has.
//
// A folder belongs to root and is not open to everyone, as a fresh disk is not: a pod that does not run as root needs an
// fsGroup, here as on a real cluster.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v10/controller"
)

const hostname = "kubernetes.io/hostname"

type folders struct {
	root string
	node string
}

// Provision makes the folder of a claim; a claim that the folders cannot serve is refused with the reason.
func (f folders) Provision(_ context.Context, o controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	if o.SelectedNode != nil && o.SelectedNode.Name != f.node {
		return nil, controller.ProvisioningReschedule, fmt.Errorf("node %s has no disk: only %s has", o.SelectedNode.Name, f.node)
	}
	if o.PVC.Spec.Selector != nil {
		return nil, controller.ProvisioningFinished, errors.New("a claim with a selector cannot be provisioned")
	}
	for _, mode := range o.PVC.Spec.AccessModes {
		if mode != v1.ReadWriteOnce && mode != v1.ReadWriteOncePod {
			return nil, controller.ProvisioningFinished, fmt.Errorf("access mode %s is not to be had: only ReadWriteOnce and ReadWriteOncePod", mode)
		}
	}
	folder := filepath.Join(f.root, o.PVName)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	filesystem := v1.PersistentVolumeFilesystem
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: o.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			VolumeMode:                    &filesystem,
			PersistentVolumeSource:        v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: folder}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{{Key: hostname, Operator: v1.NodeSelectorOpIn, Values: []string{f.node}}},
			}}}},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete removes the folder and what is in it.
func (f folders) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	return os.RemoveAll(filepath.Join(f.root, filepath.Base(volume.Name)))
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	name := flag.String("provisioner", "", "the name that storage classes call this by")
	root := flag.String("root", "", "the folder that holds a folder per volume")
	node := flag.String("node", "", "the node that has the folders")
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
	controller.NewProvisionController(klog.FromContext(ctx), client, *name, folders{*root, *node},
		controller.LeaderElection(false)).Run(ctx)
}
