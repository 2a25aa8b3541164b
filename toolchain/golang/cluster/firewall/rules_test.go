package main

import (
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func aPod(namespace, name, ip string, ports ...v1.ContainerPort) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": name}},
		Spec:       v1.PodSpec{Containers: []v1.Container{{Ports: ports}}},
		Status:     v1.PodStatus{PodIP: ip, Phase: v1.PodRunning},
	}
}

func app(name string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}
}

func aPolicy(namespace, name string, types ...networking.PolicyType) *networking.NetworkPolicy {
	return &networking.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace},
		Spec:       networking.NetworkPolicySpec{PodSelector: *app(name), PolicyTypes: types},
	}
}

func port(value intstr.IntOrString) networking.NetworkPolicyPort {
	return networking.NetworkPolicyPort{Port: &value}
}

// rulesOf is what a world puts into a chain, without the last rule, which refuses the rest.
func rulesOf(t *testing.T, w world, name string) []string {
	t.Helper()
	_, after, found := strings.Cut(w.ruleset(), "chain "+name+" {\n")
	if !found {
		t.Fatalf("no chain %s in\n%s", name, w.ruleset())
	}
	body, _, _ := strings.Cut(after, "\t}")
	rules := strings.Split(strings.ReplaceAll(strings.TrimSpace(body), "\t", ""), "\n")
	if last := rules[len(rules)-1]; last != "reject with icmp type admin-prohibited" {
		t.Errorf("the last rule of %s is %q", name, last)
	}
	return rules[:len(rules)-1]
}

func expect(t *testing.T, found []string, wanted ...string) {
	t.Helper()
	if strings.Join(found, "\n") != strings.Join(wanted, "\n") {
		t.Errorf("found %q, wanted %q", found, wanted)
	}
}

func a() world {
	return world{
		node:   []string{"10.0.0.1"},
		bridge: "pods",
		pods: []*v1.Pod{
			aPod("one", "front", "10.0.1.1"),
			aPod("one", "back", "10.0.1.2", v1.ContainerPort{Name: "http", ContainerPort: 8000, Protocol: v1.ProtocolTCP}),
			aPod("two", "other", "10.0.2.1", v1.ContainerPort{Name: "http", ContainerPort: 9000, Protocol: v1.ProtocolTCP}),
		},
		namespaces: map[string]labels.Set{"one": {"team": "a"}, "two": {"team": "b"}},
	}
}

func TestAPodThatNoPolicySelectsIsOpen(t *testing.T) {
	w := a()
	w.policies = []*networking.NetworkPolicy{aPolicy("two", "back", networking.PolicyTypeIngress)}
	if text := w.ruleset(); strings.Contains(text, "reject") {
		t.Errorf("something is refused:\n%s", text)
	}
}

func TestAPolicyWithoutRulesRefusesAll(t *testing.T) {
	w := a()
	w.policies = []*networking.NetworkPolicy{aPolicy("one", "back", networking.PolicyTypeIngress)}
	expect(t, rulesOf(t, w, "i_10_0_1_2"))
	if strings.Contains(w.ruleset(), "chain e_10_0_1_2") {
		t.Error("egress is isolated, too")
	}
}

func TestAPolicyWithAnEmptyRuleAllowsAll(t *testing.T) {
	w := a()
	policy := aPolicy("one", "back", networking.PolicyTypeIngress)
	policy.Spec.Ingress = []networking.NetworkPolicyIngressRule{{}}
	w.policies = []*networking.NetworkPolicy{policy}
	expect(t, rulesOf(t, w, "i_10_0_1_2"), "return")
}

func TestPodsAreSelectedInTheirNamespace(t *testing.T) {
	w := a()
	policy := aPolicy("one", "back", networking.PolicyTypeIngress)
	policy.Spec.Ingress = []networking.NetworkPolicyIngressRule{{
		From:  []networking.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}},
		Ports: []networking.NetworkPolicyPort{port(intstr.FromInt32(80))},
	}}
	w.policies = []*networking.NetworkPolicy{policy}
	expect(t, rulesOf(t, w, "i_10_0_1_2"), "ip saddr 10.0.1.1 tcp dport 80 return", "ip saddr 10.0.1.2 tcp dport 80 return")
}

func TestPodsOfOtherNamespacesAreSelectedByBothSelectors(t *testing.T) {
	w := a()
	policy := aPolicy("one", "back", networking.PolicyTypeIngress)
	team := &metav1.LabelSelector{MatchLabels: map[string]string{"team": "b"}}
	policy.Spec.Ingress = []networking.NetworkPolicyIngressRule{{
		From: []networking.NetworkPolicyPeer{
			{NamespaceSelector: team, PodSelector: app("other")}, {NamespaceSelector: team, PodSelector: app("front")},
		},
	}}
	w.policies = []*networking.NetworkPolicy{policy}
	expect(t, rulesOf(t, w, "i_10_0_1_2"), "ip saddr 10.0.2.1 return")
}

func TestANetworkIsMatchedWithItsExceptions(t *testing.T) {
	w := a()
	policy := aPolicy("one", "front", networking.PolicyTypeEgress)
	block := &networking.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"10.9.0.0/16", "10.8.0.0/16"}}
	policy.Spec.Egress = []networking.NetworkPolicyEgressRule{{To: []networking.NetworkPolicyPeer{{IPBlock: block}}}}
	w.policies = []*networking.NetworkPolicy{policy}
	expect(t, rulesOf(t, w, "e_10_0_1_1"), "ip daddr 10.0.0.0/8 ip daddr != { 10.9.0.0/16, 10.8.0.0/16 } return")
}

func TestANamedPortIsTheOneOfThePodThatIsCalled(t *testing.T) {
	w := a()
	policy := aPolicy("one", "front", networking.PolicyTypeEgress)
	policy.Spec.Egress = []networking.NetworkPolicyEgressRule{{
		To:    []networking.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}},
		Ports: []networking.NetworkPolicyPort{port(intstr.FromString("http"))},
	}}
	w.policies = []*networking.NetworkPolicy{policy}
	expect(t, rulesOf(t, w, "e_10_0_1_1"), "ip daddr 10.0.1.2 tcp dport 8000 return", "ip daddr 10.0.2.1 tcp dport 9000 return")
}

func TestPortsAreRangesAndProtocols(t *testing.T) {
	w := a()
	udp, end := v1.ProtocolUDP, int32(90)
	ranged := port(intstr.FromInt32(80))
	ranged.EndPort = &end
	policy := aPolicy("one", "back", networking.PolicyTypeIngress)
	policy.Spec.Ingress = []networking.NetworkPolicyIngressRule{{
		Ports: []networking.NetworkPolicyPort{ranged, {Protocol: &udp}},
	}}
	w.policies = []*networking.NetworkPolicy{policy}
	expect(t, rulesOf(t, w, "i_10_0_1_2"), "tcp dport 80-90 return", "meta l4proto udp return")
}

func TestPoliciesAddUp(t *testing.T) {
	w := a()
	first, second := aPolicy("one", "back", networking.PolicyTypeIngress), aPolicy("one", "back", networking.PolicyTypeIngress)
	first.Spec.Ingress = []networking.NetworkPolicyIngressRule{{From: []networking.NetworkPolicyPeer{{PodSelector: app("front")}}}}
	w.policies = []*networking.NetworkPolicy{first, second}
	expect(t, rulesOf(t, w, "i_10_0_1_2"), "ip saddr 10.0.1.1 return")
}

func TestAnAddressBelongsToTheYoungestThatHasIt(t *testing.T) {
	going, young, ended, shared := aPod("one", "going", "10.0.1.9"), aPod("one", "young", "10.0.1.9"), aPod("one", "ended", "10.0.1.8"), aPod("one", "shared", "10.0.0.1")
	young.CreationTimestamp = metav1.NewTime(time.Unix(2, 0))
	going.CreationTimestamp = metav1.NewTime(time.Unix(1, 0))
	ended.Status.Phase = v1.PodSucceeded
	shared.Spec.HostNetwork = true
	var names []string
	for _, pod := range addressed([]*v1.Pod{going, young, ended, shared, aPod("one", "waiting", "")}) {
		names = append(names, pod.Name)
	}
	expect(t, names, "young")
}
