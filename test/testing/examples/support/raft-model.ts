/** Raft's election once more, written as a plain search of its own, to count its states in another way. */
interface Server {
  readonly isAlive: boolean;
  readonly role: 'follower' | 'candidate' | 'leader';
  readonly term: number;
  readonly votedFor: string;
  /** What is on its disk: the term and the vote. */
  readonly disk: string;
}

interface State {
  readonly servers: Readonly<Record<string, Server>>;
  /** `ask|grant from to term`, sorted. */
  readonly messages: readonly string[];
  readonly crashes: number;
}

interface Model {
  readonly termMax: number;
  readonly crash?: { readonly max: number; readonly of?: readonly string[]; readonly midStep?: boolean };
}

/** What a server does for one cause, in order: what it writes, and whom it tells what. */
type Effect = { readonly disk: string } | { readonly message: string };

const names = ['a', 'b', 'c'];
const diskOf = (term: number, votedFor: string) => `${term} ${votedFor}`;

interface Reaction {
  readonly server: Server;
  readonly effects: readonly Effect[];
}

function onTimeout(name: string, server: Server, termMax: number): Reaction | undefined {
  if (server.role === 'leader' || server.term >= termMax) return undefined;
  const term = server.term + 1;
  return {
    server: { ...server, role: 'candidate', term, votedFor: name },
    effects: [
      { disk: diskOf(term, name) },
      ...names.filter((other) => other !== name).map((to) => ({ message: `ask ${name} ${to} ${term}` })),
    ],
  };
}

function onMessage(name: string, server: Server, message: string): Reaction | undefined {
  const [type = '', from = '', , termText] = message.split(' ');
  const term = Number(termText);
  const grant = { message: `grant ${name} ${from} ${term}` };
  if (type === 'ask' && term > server.term) {
    return {
      server: { ...server, role: 'follower', term, votedFor: from },
      effects: [{ disk: diskOf(term, from) }, grant],
    };
  }
  if (type === 'ask' && term === server.term && server.votedFor === from) return { server, effects: [grant] };
  // Two of three are enough: its own vote, and this one.
  if (type === 'grant' && server.role === 'candidate' && term === server.term) {
    return { server: { ...server, role: 'leader' }, effects: [] };
  }
  return undefined;
}

function after(state: State, name: string, server: Server, effects: readonly Effect[]): State {
  const messages = new Set(state.messages);
  let { disk } = server;
  for (const effect of effects) {
    if ('disk' in effect) disk = effect.disk;
    else messages.add(effect.message);
  }
  return {
    ...state,
    servers: { ...state.servers, [name]: { ...server, disk } },
    messages: [...messages].sort(),
  };
}

/** What is left of a server that is down: its disk. */
const dead = (disk: string): Server => ({ isAlive: false, role: 'follower', term: 0, votedFor: '', disk });

function nextStates(state: State, { termMax, crash }: Model): readonly State[] {
  const mayCrash = (name: string) => state.crashes > 0 && (crash?.of?.includes(name) ?? true);
  return names.flatMap((name): readonly State[] => {
    const server = state.servers[name]!;
    if (!server.isAlive) {
      const [term = '0', votedFor = ''] = server.disk.split(' ');
      const back: Server = { ...server, isAlive: true, term: Number(term), votedFor };
      return [{ ...state, servers: { ...state.servers, [name]: back } }];
    }
    const crashed = (from: State, by: Server): State => ({
      ...from,
      servers: { ...from.servers, [name]: dead(by.disk) },
      crashes: state.crashes - 1,
    });
    const reactions = [
      onTimeout(name, server, termMax),
      ...state.messages.filter((message) => message.split(' ')[2] === name).map((one) => onMessage(name, server, one)),
    ].filter((reaction) => reaction !== undefined);
    return [
      ...reactions.flatMap(({ server: then, effects }) => [
        after(state, name, then, effects),
        ...(crash?.midStep === true && mayCrash(name)
          ? effects.slice(1).map((_, index) => {
              const amid = after(state, name, server, effects.slice(0, index + 1));
              return crashed(amid, amid.servers[name]!);
            })
          : []),
      ]),
      ...(mayCrash(name) ? [crashed(state, server)] : []),
    ];
  });
}

/** How many states the election has. */
export function countElectionStates(model: Model): number {
  const fresh: Server = { isAlive: true, role: 'follower', term: 0, votedFor: '', disk: '' };
  const initial: State = {
    servers: Object.fromEntries(names.map((name) => [name, fresh])),
    messages: [],
    crashes: model.crash?.max ?? 0,
  };
  const keyOf = ({ servers, messages, crashes }: State) =>
    JSON.stringify([names.map((name) => servers[name]), messages, crashes]);
  const seen = new Map([[keyOf(initial), initial]]);
  for (const state of seen.values()) {
    for (const next of nextStates(state, model)) {
      const key = keyOf(next);
      if (!seen.has(key)) seen.set(key, next);
    }
  }
  return seen.size;
}
