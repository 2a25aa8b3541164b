package main

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

const table = "network_policies"

// world is all that decides what passes.
type world struct {
	// The addresses that the node and its machine speak from: they may reach every pod, as a node may.
	node       []string
	bridge     string
	pods       []*v1.Pod
	namespaces map[string]labels.Set
	policies   []*networking.NetworkPolicy
}

// direction is what differs between ingress and egress.
type direction struct {
	prefix string // of the chains
	own    string // which address of a packet is the isolated pod's
	other  string // and which is its peer's
}

var (
	ingress = direction{"i", "daddr", "saddr"}
	egress  = direction{"e", "saddr", "daddr"}
)

// addressed is the pods that have an address of their own: not the node's, and not one that has been given to a successor
// while they were going.
func addressed(all []*v1.Pod) []*v1.Pod {
	pods := slices.DeleteFunc(slices.Clone(all), func(pod *v1.Pod) bool {
		ended := pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed
		return pod.Status.PodIP == "" || pod.Spec.HostNetwork || ended
	})
	slices.SortFunc(pods, func(a, b *v1.Pod) int {
		if order := strings.Compare(a.Status.PodIP, b.Status.PodIP); order != 0 {
			return order
		}
		return b.CreationTimestamp.Compare(a.CreationTimestamp.Time)
	})
	return slices.CompactFunc(pods, func(a, b *v1.Pod) bool { return a.Status.PodIP == b.Status.PodIP })
}

// ruleset is the whole table as nft reads it, replacing the one before in one step. What is refused is refused at once
// rather than dropped: whoever waits for a time-out learns nothing more from it.
func (w world) ruleset() string {
	var out strings.Builder
	fmt.Fprintf(&out, "table ip %[1]s\ndelete table ip %[1]s\ntable ip %[1]s {\n", table)
	in, inChains := w.isolated(ingress)
	from, fromChains := w.isolated(egress)
	out.WriteString(inChains + fromChains)
	node := fmt.Sprintf("ip saddr { %s } return", strings.Join(w.node, ", "))
	chain(&out, "ingress", append([]string{node}, in...)...)
	chain(&out, "egress", from...)
	chain(&out, "forward", "type filter hook forward priority -10; policy accept",
		"ct state established,related accept", "jump egress", "jump ingress")
	chain(&out, "input", "type filter hook input priority -10; policy accept",
		fmt.Sprintf("iifname != %q accept", w.bridge), "ct state established,related accept", "jump egress")
	out.WriteString("}\n")
	return out.String()
}

// isolated is the rule that leads to the chains of the pods that some policy isolates in a direction, and the chains.
func (w world) isolated(d direction) ([]string, string) {
	var out strings.Builder
	var verdicts []string
	for _, pod := range w.pods {
		var rules []string
		selected := false
		for _, policy := range w.policies {
			if !applies(policy, pod, d) {
				continue
			}
			selected = true
			rules = append(rules, w.allowed(policy, pod, d)...)
		}
		if selected {
			name := d.prefix + "_" + strings.ReplaceAll(pod.Status.PodIP, ".", "_")
			chain(&out, name, append(rules, "reject with icmp type admin-prohibited")...)
			verdicts = append(verdicts, pod.Status.PodIP+" : jump "+name)
		}
	}
	if len(verdicts) == 0 {
		return nil, ""
	}
	return []string{fmt.Sprintf("ip %s vmap { %s }", d.own, strings.Join(verdicts, ", "))}, out.String()
}

func applies(policy *networking.NetworkPolicy, pod *v1.Pod, d direction) bool {
	kind := networking.PolicyTypeIngress
	if d == egress {
		kind = networking.PolicyTypeEgress
	}
	return policy.Namespace == pod.Namespace && slices.Contains(policy.Spec.PolicyTypes, kind) &&
		matches(&policy.Spec.PodSelector, pod.Labels)
}

// allowed is a rule for each combination of peers and ports that a policy lets pass.
func (w world) allowed(policy *networking.NetworkPolicy, pod *v1.Pod, d direction) []string {
	var rules []string
	allow := func(peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort) {
		for _, peer := range w.peers(policy.Namespace, peers, d) {
			named := []*v1.Pod{pod}
			if d == egress {
				named = peer.pods // a port's name is that of the pod which is called
			}
			for _, port := range portMatches(ports, named) {
				rules = append(rules, strings.Join(strings.Fields(peer.match+" "+port+" return"), " "))
			}
		}
	}
	if d == ingress {
		for _, rule := range policy.Spec.Ingress {
			allow(rule.From, rule.Ports)
		}
		return rules
	}
	for _, rule := range policy.Spec.Egress {
		allow(rule.To, rule.Ports)
	}
	return rules
}

// peer is one match on the other side's address, and the pods behind it, if it is about pods.
type peer struct {
	match string
	pods  []*v1.Pod
}

// peers turns a rule's list into matches; an empty list means everybody.
func (w world) peers(namespace string, given []networking.NetworkPolicyPeer, d direction) []peer {
	if len(given) == 0 {
		return []peer{{"", w.pods}}
	}
	var found []peer
	for _, one := range given {
		if one.IPBlock != nil {
			match := fmt.Sprintf("ip %s %s", d.other, one.IPBlock.CIDR)
			if len(one.IPBlock.Except) > 0 {
				match += fmt.Sprintf(" ip %s != { %s }", d.other, strings.Join(one.IPBlock.Except, ", "))
			}
			found = append(found, peer{match, nil})
			continue
		}
		for _, pod := range w.pods {
			if w.selects(namespace, one, pod) {
				// One match for each pod, so that a named port can differ between them.
				found = append(found, peer{fmt.Sprintf("ip %s %s", d.other, pod.Status.PodIP), []*v1.Pod{pod}})
			}
		}
	}
	return found
}

func (w world) selects(namespace string, p networking.NetworkPolicyPeer, pod *v1.Pod) bool {
	if p.NamespaceSelector == nil && pod.Namespace != namespace {
		return false
	}
	if p.NamespaceSelector != nil && !matches(p.NamespaceSelector, w.namespaces[pod.Namespace]) {
		return false
	}
	return p.PodSelector == nil || matches(p.PodSelector, pod.Labels)
}

// portMatches turns a rule's ports into matches; an empty list means all of them. A name is looked up in the given pods.
func portMatches(ports []networking.NetworkPolicyPort, pods []*v1.Pod) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	var found []string
	for _, port := range ports {
		protocol := v1.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		word := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			found = append(found, "meta l4proto "+word)
		case port.Port.StrVal != "":
			for _, number := range numbers(pods, port.Port.StrVal, protocol) {
				found = append(found, fmt.Sprintf("%s dport %d", word, number))
			}
		case port.EndPort != nil:
			found = append(found, fmt.Sprintf("%s dport %d-%d", word, port.Port.IntVal, *port.EndPort))
		default:
			found = append(found, fmt.Sprintf("%s dport %d", word, port.Port.IntVal))
		}
	}
	return found
}

func numbers(pods []*v1.Pod, name string, protocol v1.Protocol) []int32 {
	var found []int32
	for _, pod := range pods {
		for _, container := range pod.Spec.Containers {
			for _, port := range container.Ports {
				if port.Name == name && port.Protocol == protocol && !slices.Contains(found, port.ContainerPort) {
					found = append(found, port.ContainerPort)
				}
			}
		}
	}
	return found
}

func matches(selector *metav1.LabelSelector, set labels.Set) bool {
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && parsed.Matches(set)
}

func chain(out *strings.Builder, name string, rules ...string) {
	fmt.Fprintf(out, "\tchain %s {\n", name)
	for _, rule := range rules {
		fmt.Fprintf(out, "\t\t%s\n", rule)
	}
	out.WriteString("\t}\n")
}
