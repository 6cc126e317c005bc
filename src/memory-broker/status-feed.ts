/** A status event of a connection to an in-memory broker. */
export type MemoryStatus =
  | { readonly type: 'disconnect' | 'reconnect' }
  /** The broker rejected a message: the connection may not publish to its subject. */
  | { readonly type: 'error'; readonly error: Error & { readonly operation: 'publish'; readonly subject: string } };

/** One listener's status events of a connection. It ends when the connection closes, on `stop()`, and on leaving its loop. */
export interface MemoryStatusIterator extends AsyncIterableIterator<MemoryStatus> {
  /** Ends the iterator and drops what it has not read. */
  stop(): void;
}

export interface StatusFeed {
  emit(status: MemoryStatus): void;
  /** Ends every listener after what it has not read yet, and those that come later at once. */
  end(): void;
  /** A listener that hears of all that happens from now on, whether or not it is being read. */
  listen(): MemoryStatusIterator;
}

interface Listener {
  push(status: MemoryStatus): void;
  end(): void;
}

export function createStatusFeed(): StatusFeed {
  const listeners = new Set<Listener>();
  let isEnded = false;

  return {
    emit(status) {
      for (const listener of listeners) listener.push(status);
    },
    end() {
      isEnded = true;
      for (const listener of listeners) listener.end();
      listeners.clear();
    },
    listen() {
      const { listener, iterator } = createListener(() => listeners.delete(listener));
      if (isEnded) listener.end();
      else listeners.add(listener);
      return iterator;
    },
  };
}

function createListener(leave: () => void): { listener: Listener; iterator: MemoryStatusIterator } {
  const unread: MemoryStatus[] = [];
  const readers: ((result: IteratorResult<MemoryStatus, undefined>) => void)[] = [];
  const last: IteratorResult<MemoryStatus, undefined> = { done: true, value: undefined };
  let isEnded = false;

  const listener: Listener = {
    push(status) {
      const reader = readers.shift();
      if (reader === undefined) unread.push(status);
      else reader({ done: false, value: status });
    },
    end() {
      isEnded = true;
      for (const reader of readers.splice(0)) reader(last);
    },
  };

  const iterator: MemoryStatusIterator = {
    next() {
      const status = unread.shift();
      if (status !== undefined) return Promise.resolve({ done: false, value: status });
      return isEnded ? Promise.resolve(last) : new Promise((resolve) => readers.push(resolve));
    },
    return() {
      iterator.stop();
      return Promise.resolve(last);
    },
    stop() {
      unread.length = 0;
      listener.end();
      leave();
    },
    [Symbol.asyncIterator]: () => iterator,
  };

  return { listener, iterator };
}
