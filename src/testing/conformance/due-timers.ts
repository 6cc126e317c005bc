import type { Replica, RunningTimer } from './replica.js';

interface Due {
  readonly at: number;
  readonly replica: Replica;
  readonly timer: RunningTimer;
}

/** The timers of one process by the time at which they fire, so that one that does not is found out at once. */
export class DueTimers {
  /** A heap, the first one at the front. Those that were cancelled or set anew stay until their time. */
  readonly #heap: Due[] = [];

  add(replica: Replica, timer: RunningTimer, at: number): void {
    const heap = this.#heap;
    let place = heap.length;
    const due = { at, replica, timer };
    heap.push(due);
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = due;
  }

  /** A timer that had to fire before this time and still runs. */
  overdue(before: (replica: Replica, at: number) => boolean): Due | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      const { replica, timer, at } = first;
      const runs = replica.timers.get(timer.id) === timer && timer.due === at;
      if (runs) return before(replica, at) ? first : undefined;
      this.#removeFirst();
    }
    return undefined;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && right.at < left.at) {
        least = right;
        child += 1;
      }
      if (least.at >= last.at) break;
      heap[place] = least;
      place = child;
    }
    heap[place] = last;
  }
}
