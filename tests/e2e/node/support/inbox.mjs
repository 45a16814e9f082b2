// What a client was sent without asking: notifications and requests of the server.

export class Inbox {
  entries = [];
  #waiting = new Set();

  push(entry) {
    this.entries.push(entry);
    for (const attempt of this.#waiting) attempt();
  }

  /** Waits until `condition(entries)` is true; returns a copy of the entries so far. */
  until(condition, seconds = 10) {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        if (!condition(this.entries)) return;
        clearTimeout(timer);
        this.#waiting.delete(attempt);
        resolve([...this.entries]);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(attempt);
        reject(new Error(`not sent in ${seconds} s; so far: ${JSON.stringify(this.entries)}`));
      }, seconds * 1000);
      this.#waiting.add(attempt);
      attempt();
    });
  }
}
