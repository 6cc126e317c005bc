import type { AnyActor, AnyMachineSnapshot } from 'xstate';
import { clientActorId, type ActorEvent } from '../../machines/index.js';
import { messageOf } from '../errors.js';
import type { HeaderBlock } from '../transport/headers.js';
import type { NatsConnection, NatsMessage, NatsSubscription } from '../transport/nats-connection.js';
import { Publisher, type Payload } from '../transport/publisher.js';
import { RecentSubjects } from '../transport/recent-subjects.js';
import type { Violation } from '../transport/violation.js';
import { linkClient } from './client-link.js';
import type { Clock } from './clock.js';
import type { HostedActor } from './hosted-actor.js';
import type { Inspector } from './inspector.js';
import { Runner, type Performers, type RunnerOptions } from './runner.js';
import type { ClientTracer, StreamCounts, StreamTrace, TracedClient } from './trace-port.js';
import { attachTracer, makeTraceable, type Traceable } from './traceable.js';
import type { DebugNote } from './debug-notes.js';
import type { Warning } from './warnings.js';

/** What the host of a client needs of the client's options, which are checked and filled in. */
export interface ClientHostOptions {
  readonly connection: NatsConnection;
  readonly clock: Clock;
  readonly inspect: Inspector | undefined;
  readonly tracer: ClientTracer | undefined;
  readonly onWarning: (warning: Warning) => void;
  readonly onDebug: (note: DebugNote) => void;
}

/** The streams of a client, as its host and its tracers know them. */
export interface HostedStreams {
  /** Those that are not over, by the ids of their actors. */
  readonly ids: () => Iterable<string>;
  /** How much a stream has handled; undefined where it is over. */
  readonly countsOf: (id: string) => StreamCounts | undefined;
}

/** What makes a client one of its role: its machines, and what its parts do for them. */
export interface ClientRole extends Pick<RunnerOptions, 'client' | 'clientInput' | 'machines' | 'delays' | 'clockOf'> {
  readonly performers: Omit<Performers, 'client.release'>;
  /** What the client subscribes to for as long as it lives: by subject, what takes the messages. */
  readonly inboxes: Readonly<Record<string, (message: NatsMessage) => void>>;
  /** A stream's actor is over. One that broke, or that somebody stopped, has told nobody; the text says which. */
  readonly onStreamGone: (id: string, text: string) => void;
  /** Who has to hear that the server lets nothing be published to a subject: events, by the ids of actors. */
  readonly onRefused: (subject: string, text: string) => readonly (readonly [id: string, event: ActorEvent])[];
  /** The client is over: gives back what the role has beside its inboxes. */
  readonly onReleased?: () => void;
}

/** What there is once a client has started. */
interface Started {
  readonly role: ClientRole;
  readonly runner: Runner;
  readonly inboxes: readonly NatsSubscription[];
  readonly link: { release(): void };
}

/**
 * What the clients of both roles have in common: the runner of their actors, what they publish, their inboxes, the
 * state of their connection, their tracers, their warnings, and their end.
 *
 * It is made first, so that the parts of a client can be made with it. Nothing happens before {@link start}, which
 * comes last: no part and no tracer ever sees a client that is not complete.
 */
export class ClientHost {
  /** The application's connection, heard by the tracers. */
  readonly connection: NatsConnection;
  readonly publisher: Publisher;
  readonly #owner: TracedClient['role'];
  readonly #options: ClientHostOptions;
  readonly #streams: HostedStreams;
  readonly #traceable: Traceable;
  /** What the server was heard to refuse: told once, however many messages it is. */
  readonly #refused = new RecentSubjects();
  #started: Started | undefined;
  #isReleased = false;
  readonly #released: Promise<void>;
  #settleReleased: () => void = () => undefined;

  /** @param client The public object, to which tracers can be attached. */
  constructor(client: object, role: TracedClient['role'], options: ClientHostOptions, streams: HostedStreams) {
    this.#owner = role;
    this.#options = options;
    this.#streams = streams;
    this.#traceable = makeTraceable(client, {
      role,
      connection: options.connection,
      actors: () => this.#running.runner.actors,
      ageMsOf: (id) => this.#running.runner.ageMsOf(id),
      streams: () => Array.from(streams.ids(), (id) => streams.countsOf(id)).filter((counts) => counts !== undefined),
      streamOf: (id) => streams.countsOf(id),
    });
    this.connection = this.#traceable.connection;
    this.publisher = new Publisher(this.connection, (subject, error) => {
      this.warnOfPublish(subject, 'a message could not be published', error);
    });
    this.#released = new Promise((resolve) => {
      this.#settleReleased = resolve;
    });
  }

  /** Makes the client's own actor, opens its inboxes, and attaches the tracer: from now on things happen. */
  start(role: ClientRole): void {
    const { clock, inspect, tracer, onWarning } = this.#options;
    const { client, clientInput, machines, delays, clockOf, performers } = role;
    const runner = new Runner({
      client,
      machines,
      delays,
      clock,
      inspect,
      traceable: this.#traceable,
      ...(clientInput === undefined ? {} : { clientInput }),
      ...(clockOf === undefined ? {} : { clockOf }),
      performers: { ...performers, 'client.release': () => this.#release() },
      onGone: (id) => this.#onGone(id, 'its actor was stopped'),
      onBroken: (id, error) => {
        this.warn({ code: 'actorBroke', message: `the actor ${id} broke`, error });
        this.#onGone(id, messageOf(error));
      },
    });
    const inboxes = Object.entries(role.inboxes).map(([subject, take]) =>
      this.connection.subscribe(subject, {
        callback: (error, message) => (error === null ? take(message) : this.#onInboxLost(error)),
      }),
    );
    const link = linkClient(this.connection, this.publisher, runner, (violation) => this.#onRefused(violation));
    this.#started = { role, runner, inboxes, link };
    attachTracer(this.#traceable, tracer, onWarning);
  }

  /** The client's own actor. */
  get client(): AnyActor {
    return this.#running.runner.client.actor;
  }

  /** Where the client's actor is, also where nobody has looked at the actor itself. */
  get clientSnapshot(): AnyMachineSnapshot {
    return this.#running.runner.client.snapshot as unknown as AnyMachineSnapshot;
  }

  /** Whether the client's actor has come to its end, so that nothing new can begin. */
  get isOver(): boolean {
    return !this.#running.runner.client.isActive;
  }

  /** Those that want to hear of streams as they begin; empty where none does. */
  get streamTraces(): readonly StreamTrace[] {
    return this.#traceable.streams;
  }

  /** Whether everything was given back. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Resolves when the client is over and everything was given back. */
  get released(): Promise<void> {
    return this.#released;
  }

  /** The actor of a stream, if it lives. Amid the runner's work, in an observer say, it is made later. */
  actorOf(id: string): HostedActor | undefined {
    return this.#running.runner.actorOf(id);
  }

  /** Sends an event to an actor, and performs all that follows from it. An actor that is gone is passed over. */
  dispatch(id: string, event: ActorEvent): void {
    this.#running.runner.dispatch(id, event);
  }

  /** Ends every stream and the client at once. */
  async close(): Promise<void> {
    this.dispatch(clientActorId, { type: 'app.close' });
    await this.#released;
  }

  /**
   * Publishes, and warns where that fails: only where the connection is closing, which ends every stream by its own
   * event.
   *
   * @param failure What the warning says.
   */
  publish(
    subject: string,
    payload: Payload,
    reply?: string,
    failure = 'could not publish',
    headers?: HeaderBlock,
  ): void {
    try {
      this.publisher.publish(subject, payload, reply, headers);
    } catch (error) {
      this.warnOfPublish(subject, failure, error);
    }
  }

  /** Gives a subscription back; a closed connection has given up its subscriptions itself. */
  unsubscribe(subscription: NatsSubscription): void {
    if (!this.#options.connection.isClosed()) subscription.unsubscribe();
  }

  warn(warning: Warning): void {
    this.#options.onWarning(warning);
  }

  warnOfPublish(subject: string, message: string, error: unknown): void {
    this.warn({ code: 'publishFailed', message, subject, error });
  }

  debug(note: DebugNote): void {
    this.#options.onDebug(note);
  }

  get #running(): Started {
    if (this.#started === undefined) throw new Error('expected a client that has started, came one that is being made');
    return this.#started;
  }

  /** The server ended a subscription, for want of permission say: nothing can come any more. */
  #onInboxLost(error: Error): void {
    const text = `the inbox of the client is gone: ${error.message}`;
    this.warn({ code: 'subscriptionLost', message: text, error });
    this.dispatch(clientActorId, { type: 'link.closed', text });
  }

  /** The server refuses what the client publishes: the streams that need it hear of it. */
  #onRefused({ operation, subject }: Violation): void {
    // The end of a subscription is told to its callback.
    if (operation !== 'publish') return;
    const text = `the server does not let the ${this.#owner} publish to ${subject}`;
    const concerned = this.#running.role.onRefused(subject, text);
    if (concerned.length === 0 && !this.publisher.writtenTo.has(subject)) return;
    if (this.#refused.add(subject)) this.warn({ code: 'notPermitted', message: text, subject, operation });
    for (const [id, event] of concerned) this.dispatch(id, event);
  }

  #onGone(id: string, text: string): void {
    if (id !== clientActorId) {
      this.#running.role.onStreamGone(id, text);
      return;
    }
    if (this.#isReleased) return;
    for (const stream of this.#streams.ids()) this.dispatch(stream, { type: 'app.close' });
    this.#release();
  }

  #release(): void {
    const { role, inboxes, link } = this.#running;
    this.#isReleased = true;
    link.release();
    for (const inbox of inboxes) this.unsubscribe(inbox);
    role.onReleased?.();
    this.#settleReleased();
  }
}
