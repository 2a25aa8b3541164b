"""The stand-in of pulumi-kubernetes 4.32.0, for machines that cannot download it.

It renders manifests (`renderYamlToDirectory`), previews without a cluster, and deploys to one (`live`), and answers as
the official plugin answers there, property for property: its tests compare with recordings. Charts and kustomizations
are refused with words that say so.

Where it differs on purpose:

- The official plugin passes built-in kinds through their Go types, which silently drops unknown fields and zero values
  and rewrites quantities. The stand-in keeps what the program wrote, so that a schema check of the rendered files
  still sees a misspelt field.
- Newer built-in kinds that the official table of scopes lacks (`ValidatingAdmissionPolicy` among them) have the scope
  that Kubernetes gives them.
- A `metadata.namespace` that is not known yet stays unknown in previews; the official plugin shows the default
  namespace.
- Rendered files are replaced atomically, a file that cannot be removed is an error, and an update that moves a
  manifest to another file removes the old one.
- `SLIPWAY_RENDER_SECRETS=omit` leaves the values of Secrets out of the rendered files (`render` has the details).
- Warnings of the official plugin that concern Helm or plain-text secrets are not repeated.
- In a cluster: objects are applied server-side from the first moment under a field manager that follows from the URN,
  so that what a killed run left is recognised; unknown fields are refused; changes made by hand with `kubectl` are set
  back, all other conflicts are named; what a dry run made up (uid, cluster IP) stays unknown in previews; a program
  that crashes is no success, final causes end a wait early, and messages hold causes, logs and no secrets
  (`docs/live-failures.md`); a StatefulSet's broken pod of an older revision is deleted; a delete leaves alone what
  somebody else made anew under the same name.
"""
