"""The stand-in of pulumi-docker 5.2.0, for machines that cannot download it.

It keeps networks, volumes, images and containers on a Docker engine, over its API. Swarm resources, builds and look-ups
are refused with words that say so: images are built with `docker-build`.

Where it differs on purpose:

- What a killed run left is recognised by a label with a hash of the resource's URN (`ownership`): a container or
  network is made anew, a volume is taken over. Anything else of the same name is refused; the official plugin takes a
  foreign volume for its own, and removes it in the end.
- A container that ends at once, or does not get healthy, fails with the cause, its exit code and its last lines, and as
  soon as waiting cannot help. One that could not be started leaves nothing behind.
- A container joins its own networks from the beginning; the official plugin makes it in the default network and moves
  it.
- Changes of `tmpfs`, `init`, `rm` and `device…` limits, and of properties that are taken away and that Docker fills in
  (`envs`, `command`, `healthcheck`), replace the container; the official plugin records them and does nothing.
  `cpuPeriod` and `cpuQuota` are changed in place.
- An upload into a volume works for a container whose own file system is read-only, too; the official plugin goes by way
  of the root folder, which such a container refuses.
- An upload needs one of its three contents, which is said in the preview.
- Previews need no engine.
"""
