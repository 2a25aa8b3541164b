/** Whether the service should get traffic. It starts, is ready, and drains; it never goes back. */

export type Phase = "starting" | "ready" | "draining";

export class Lifecycle {
  #phase: Phase = "starting";

  get phase(): Phase {
    return this.#phase;
  }

  get ready(): boolean {
    return this.#phase === "ready";
  }

  /** The service can answer. Too late once it drains. */
  started(): void {
    if (this.#phase === "starting") this.#phase = "ready";
  }

  /** No further traffic is wanted. */
  drain(): void {
    this.#phase = "draining";
  }
}
