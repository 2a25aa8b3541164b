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
| `waiting` | looking again and again, in time |
| `evidence`, `causes`, `report` | why it is not ready: pods, events, logs, and the sentences made of them |
| `redaction` | secrets that must not show in any of this |
| `awaiting`, `deletion` | the two waits, put together |
| `cluster` | create, read, update, delete, as the provider calls them |
"""
