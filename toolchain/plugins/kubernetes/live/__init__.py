"""Deploying to a real cluster: what the provider does when it does not render.

| module | noun |
|---|---|
| `access`, `exec_plugin` | the way to an API server, from a kubeconfig |
| `client` | HTTP calls with retries, and their errors |
| `discovery` | which kinds the server knows, under which paths |
| `store` | objects behind those paths: get, list, apply, delete |
| `ownership` | who owns which field, conflicts, what a killed run left |
| `equivalence` | values that the server writes differently and that mean the same |
| `readiness`, `wait_for`, `json_path` | when an object is ready: pure predicates |
| `settling` | telling a program that runs from one that is about to crash |
| `evidence`, `causes` | why it is not ready: pods, events, logs, and the sentences made of them |
| `awaiting`, `deletion` | the two waits, put together |
| `shapes` | an object as it is sent, previewed, adopted, recorded |
| `ground` | what all calls stand on: an object's place, its waits, the words about it |
| `reading` | read and adopt |
| `cluster` | create, update, delete, as the provider calls them |
"""
