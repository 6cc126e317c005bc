import type { AnyStateMachine } from 'xstate';
import { came, requireFields, requireOneOf, requirePredicate, requireSynchronous } from '../../known-fields.js';
import type { HostAdapter } from './host-adapter.js';
import type { InvokedActor } from './invoked.js';
import type { LeadsTo, Properties } from './properties.js';
import type {
  CrashFault,
  DuplicateFault,
  Faults,
  LinkConfig,
  MessageFault,
  NetworkConfig,
  StartActor,
  SystemConfig,
} from './system-config.js';
import type { SystemView } from './system-view.js';

/** The fields of each part of a description. The compiler holds them against the types. */
type Fields<T> = Readonly<Record<keyof Required<T>, true>>;
type FaultFields<Kind extends keyof Faults> = Fields<Exclude<NonNullable<Faults[Kind]>, number>>;

const namesIn = (fields: Readonly<Record<string, true>>): readonly string[] => Object.keys(fields);

const systemFields = namesIn({
  processes: true,
  machines: true,
  delays: true,
  actors: true,
  network: true,
  adapter: true,
  stimuli: true,
  faults: true,
  ids: true,
} satisfies Fields<SystemConfig>);

const startFields = namesIn({ machine: true, input: true, recall: true } satisfies Fields<
  Exclude<StartActor, AnyStateMachine>
>);

const linkFields = { delay: true, order: true, loss: true } as const satisfies Fields<LinkConfig>;

const networkFields = namesIn({ ...linkFields, links: true } satisfies Fields<NetworkConfig>);

const adapterFields = namesIn({
  command: true,
  receive: true,
  disconnected: true,
  reconnected: true,
} satisfies Fields<HostAdapter>);

/** Those of all stimuli, of those with an event, and of those with a message. */
const stimulusFields = ['process', 'max', 'when', 'mayBeIgnored', 'mayBeUnused', 'actor', 'event', 'message'];

const messageFault = { max: true, when: true, mayBeUnused: true } as const satisfies Fields<MessageFault>;

const faultFields: Readonly<Record<keyof Faults, readonly string[]>> = {
  drop: namesIn(messageFault),
  duplicate: namesIn({ ...messageFault, copy: true } satisfies FaultFields<'duplicate'>),
  crash: namesIn({
    max: true,
    of: true,
    restart: true,
    midStep: true,
    mayBeUnused: true,
  } satisfies FaultFields<'crash'>),
  cut: namesIn({ max: true, of: true, mayBeUnused: true } satisfies FaultFields<'cut'>),
  late: namesIn({ max: true, ticks: true, of: true, mayBeUnused: true } satisfies FaultFields<'late'>),
};

const leadsToFields = namesIn({ from: true, to: true, within: true, mayBeUnused: true } satisfies Fields<
  LeadsTo<SystemView>
>);

function each(what: string, record: unknown, check: (role: string, value: unknown, name: string) => void): void {
  if (record === undefined) return;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new TypeError(`${what}: expected an object of them by name, came ${came(record)}`);
  }
  for (const [name, value] of Object.entries(record)) check(`${what} '${name}'`, value, name);
}

function requireFlag(role: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new TypeError(`${role}: expected true or false, came ${came(value)}`);
}

const orders = ['connection', 'subject', 'none', 'set'];

function checkLink(role: string, link: unknown, fields: readonly string[]): void {
  requireFields(role, link, fields);
  requireOneOf(`${role}: order`, (link as LinkConfig).order, orders);
  requireOneOf(`${role}: loss`, (link as LinkConfig).loss, ['none', 'fair']);
}

function checkStimuli(stimuli: unknown): void {
  each('stimulus', stimuli, (role, stimulus) => {
    requireFields(role, stimulus, stimulusFields);
    const { when, event, message, mayBeIgnored, mayBeUnused } = stimulus as Readonly<Record<string, unknown>>;
    if (when !== undefined) requirePredicate(`${role}: when`, when);
    requireFlag(`${role}: mayBeIgnored`, mayBeIgnored);
    requireFlag(`${role}: mayBeUnused`, mayBeUnused);
    if ((event === undefined) === (message === undefined)) {
      throw new TypeError(`${role}: expected an event or a message, came ${event === undefined ? 'neither' : 'both'}`);
    }
    const { type } = (event ?? {}) as { readonly type?: unknown };
    if (event === undefined || typeof type === 'string') return;
    throw new TypeError(`${role}: expected an event { type }, came ${came(event)}`);
  });
}

function checkFaults(faults: unknown): void {
  if (faults === undefined) return;
  requireFields('faults', faults, namesIn(faultFields as unknown as Readonly<Record<string, true>>));
  for (const [kind, fault] of Object.entries(faults as Faults)) {
    if (typeof fault === 'number') continue;
    const role = `faults.${kind}`;
    if (typeof fault !== 'object' || fault === null) {
      throw new TypeError(`${role}: expected a number of times, or an object, came ${came(fault)}`);
    }
    requireFields(role, fault, faultFields[kind as keyof Faults]);
    const { when, mayBeUnused, copy } = fault as Partial<DuplicateFault>;
    const { restart, midStep } = fault as Partial<CrashFault>;
    requireFlag(`${role}.restart`, restart);
    requireFlag(`${role}.midStep`, midStep);
    requireOneOf(`${role}.copy`, copy, ['beside', 'end']);
    if (when !== undefined) requirePredicate(`${role}.when`, when);
    requireFlag(`${role}.mayBeUnused`, mayBeUnused);
  }
}

const invokedFields = namesIn({ outcomes: true, within: true, mayBeUnused: true } satisfies Fields<InvokedActor>);

function checkActors(actors: unknown): void {
  each('actors', actors, (role, actor) => {
    requireFields(role, actor, invokedFields);
    const { outcomes, within, mayBeUnused } = actor as Partial<InvokedActor>;
    each(`${role}: outcome`, outcomes ?? {}, (name, outcome) => requireSynchronous(name, outcome));
    if (Object.keys(outcomes ?? {}).length === 0) {
      throw new TypeError(`${role}: expected outcomes by name, came ${came(outcomes)}`);
    }
    requireFlag(`${role}: mayBeUnused`, mayBeUnused);
    if (within === undefined || (Number.isInteger(within) && within >= 0)) return;
    throw new TypeError(`${role}: expected within to be a whole number of ticks, 0 or more, came ${came(within)}`);
  });
}

function checkIds(ids: unknown): void {
  if (ids === undefined) return;
  if (!Array.isArray(ids)) requireFields('ids', ids, ['ring']);
  const names: unknown = Array.isArray(ids) ? ids : (ids as { readonly ring?: unknown }).ring;
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (areNames && new Set(names).size === names.length) return;
  throw new TypeError(`ids: expected a list of different names, or { ring } of one, came ${came(names)}`);
}

function checkAdapter(adapter: HostAdapter): void {
  requireFields('adapter', adapter, adapterFields);
  // It may be an object of a class, whose methods are inherited.
  for (const [name, method] of adapterFields.map(
    (name) => [name, (adapter as unknown as Readonly<Record<string, unknown>>)[name]] as const,
  )) {
    if (method === undefined && name !== 'command' && name !== 'receive') continue;
    if (typeof method !== 'function') throw new TypeError(`adapter.${name}: expected a method, came ${came(method)}`);
  }
}

/**
 * Refuses names that mean nothing in a description: a slip of the pen would be passed over, and the rule or the fault
 * that it stands for with it.
 *
 * @throws TypeError that says what was expected, what came, and which name may have been meant.
 */
export function checkConfigFields(config: SystemConfig): void {
  requireFields('system', config, systemFields);
  each('process', config.processes, (role, starts) =>
    each(`${role}: actor`, starts, (actor, start) => {
      if ((start as Partial<AnyStateMachine> | undefined)?.root !== undefined) return;
      requireFields(actor, start, startFields);
      if ((start as { machine?: Partial<AnyStateMachine> }).machine?.root === undefined) {
        throw new TypeError(`${actor}: expected a machine, or { machine, input }, came ${came(start)}`);
      }
      const { recall } = start as { readonly recall?: unknown };
      if (recall !== undefined) requireSynchronous(`${actor}: recall`, recall);
    }),
  );
  if (config.network !== undefined) {
    checkLink('network', config.network, networkFields);
    each('link', config.network.links, (role, link) => checkLink(role, link, namesIn(linkFields)));
  }
  if (config.adapter !== undefined) checkAdapter(config.adapter);
  checkActors(config.actors);
  checkIds(config.ids);
  checkStimuli(config.stimuli);
  checkFaults(config.faults);
}

/** Refuses properties that are none: an unknown field, a rule that is async or no function. */
export function checkProperties({ always, leadsTo, reachable, mayRest }: Properties<SystemView>): void {
  each('always', always, requirePredicate);
  each('reachable', reachable, requirePredicate);
  if (mayRest !== undefined) requirePredicate('mayRest', mayRest);
  each('leadsTo', leadsTo, (role, property) => {
    requireFields(role, property, leadsToFields);
    const { from, to, within, mayBeUnused } = property as Partial<LeadsTo<SystemView>>;
    requirePredicate(`${role}: from`, from);
    requirePredicate(`${role}: to`, to);
    requireFlag(`${role}: mayBeUnused`, mayBeUnused);
    if (within === undefined || (typeof within === 'number' && within >= 0)) return;
    throw new TypeError(`${role}: expected within to be a number of ticks, 0 or more, came ${came(within)}`);
  });
}
