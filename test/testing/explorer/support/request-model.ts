/**
 * An independent enumeration of the asking client and its server on a faulty network, written by hand over plain data
 * and knowing nothing of the explorer, to count the same states and steps in another way.
 */
export interface RequestModel {
  readonly delay: number;
  readonly retry: number;
  readonly drops: number;
  readonly crashes: number;
}

interface State {
  readonly client: 'idle' | 'asking' | 'done';
  /** Ticks until the client asks again, -1 if it does not. */
  readonly retryIn: number;
  readonly isServerUp: boolean;
  /** Ticks left of each request and each reply under way, oldest first. */
  readonly requests: readonly number[];
  readonly replies: readonly number[];
  readonly goes: number;
  readonly drops: number;
  readonly crashes: number;
}

function stepsOf(state: State, { delay, retry }: RequestModel): readonly State[] {
  const { client, retryIn, isServerUp, requests, replies } = state;
  const next: State[] = [];
  const ask = (from: State): State => ({
    ...from,
    client: 'asking',
    retryIn: retry,
    requests: from.isServerUp ? [...from.requests, delay] : from.requests,
  });
  if (client === 'asking' && retryIn === 0) next.push(ask(state));
  if (requests.length > 0) {
    next.push({ ...state, requests: requests.slice(1), replies: [...replies, delay] });
    if (state.drops > 0) next.push({ ...state, requests: requests.slice(1), drops: state.drops - 1 });
  }
  if (replies.length > 0) {
    const rest = { ...state, replies: replies.slice(1) };
    next.push(client === 'asking' ? { ...rest, client: 'done', retryIn: -1 } : rest);
    if (state.drops > 0) next.push({ ...rest, drops: state.drops - 1 });
  }
  if (state.goes > 0) {
    const gone = { ...state, goes: state.goes - 1 };
    next.push(client === 'idle' ? ask(gone) : gone);
  }
  if (state.crashes > 0 && isServerUp) {
    next.push({ ...state, isServerUp: false, requests: [], crashes: state.crashes - 1 });
  }
  const isHeldUp = retryIn === 0 || [...requests, ...replies].includes(0);
  if (!isHeldUp) {
    next.push({
      ...state,
      retryIn: Math.max(-1, retryIn - 1),
      requests: requests.map((left) => left - 1),
      replies: replies.map((left) => left - 1),
    });
  }
  return next;
}

/** Counts the states that can be reached, and the steps out of them. */
export function countRequestStates(model: RequestModel): { readonly states: number; readonly edges: number } {
  const initial: State = {
    client: 'idle',
    retryIn: -1,
    isServerUp: true,
    requests: [],
    replies: [],
    goes: 1,
    drops: model.drops,
    crashes: model.crashes,
  };
  const seen = new Map([[JSON.stringify(initial), initial]]);
  let edges = 0;
  for (const state of seen.values()) {
    for (const next of stepsOf(state, model)) {
      edges += 1;
      const key = JSON.stringify(next);
      if (!seen.has(key)) seen.set(key, next);
    }
  }
  return { states: seen.size, edges };
}
