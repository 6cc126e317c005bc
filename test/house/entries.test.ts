import { expect } from 'chai';
import { exportsOf, packageEntries, programOfFiles, programOfText, type PublicExport } from './public-exports.js';

interface Listed {
  readonly values: string;
  readonly types: string;
}

/**
 * What each entry of the package exports. A class is a value. In `.` stands what applications write down: what they call,
 * and the types of what they pass, keep and implement (a clock, a codec). What belongs to contracts, to actors in machines,
 * to tracing, a transport or the machines of the protocol stands there.
 */
const entries: Readonly<Record<string, Listed>> = {
  '.': {
    values: `CloseCode CloseError ConsumerClient ProducerClient StreamError`,
    types: `
      Accept Clock Codec ConsumerClientOptions ConsumerStream ConsumerStreamEnd DebugNote EndReason HandleOptions
      HeadersInput InterceptedOpen InterceptedRequest Interceptor LogFields Logger MessageHeaders OpenStreamOptions
      ProducerClientOptions ProducerStream Records Registration StreamAddresses StreamAsk StreamErrorCode StreamHandler
      StreamInfo StreamOpening StreamRequest Warning WarningCode Writer
    `,
  },
  './actor': {
    values: `streamActor`,
    types: `
      ContractActorLogic ContractRecordEvent ContractResumedEvent StreamActorInput StreamActorKeptInput StreamActorLogic
      StreamActorOptions StreamActorParent StreamActorRequest StreamActorSnapshot StreamRecordEvent
    `,
  },
  './contract': {
    values: `defineStream`,
    types: `ContractHandler ContractRequest ContractStream StreamContract`,
  },
  './machines': {
    values: `
      CloseCode beginInflow beginOutflow clientActorId closeInflow consume consumerClientMachine
      consumerStreamMachine creditOf endOf forgetGap grantOf heartbeatMachine isGrantComing isGrantDue
      isGrantPossible isOverrun isSettled isUnreachable listOf maySend noteGranted notePrompted
      producerClientMachine producerStreamMachine receiveAnnouncement resumptionMachine receiveBytes receiveItems sendClose
      sendRecord sizeOf streamIdOf streamOf takeGrant
    `,
    types: `
      ActorEvent Arrival Command CommandParams CommandType ConsumerClientContext ConsumerClientEvent
      ConsumerStreamContext ConsumerStreamEvent ConsumerStreamInput EndReason Entries EntryTree Grant
      HeartbeatContext HeartbeatEvent HeartbeatInput Inflow KnownStream ListedClose ListedStream Outflow
      ProducerClientContext ProducerClientEvent ProducerClientInput ProducerStreamContext
      ProducerStreamEvent ProducerStreamInput RegisteredStream RequestReceived
      ResumptionCommands ResumptionContext ResumptionEvent ResumptionInput SpawnParams StreamEnd
      StreamUnreachable Window
    `,
  },
  './testing': {
    values: `
      assertExplorable brokenProperty conforms createRandom createTestBroker createTestClock deliveryAdapter
      deliveryArithmetic deliveryProperties deliveryReaderMachine deliverySystem explorabilityBreaches
      explore exploreAll exploreAsync exploreOrders incidents mutants mutate note plainAdapter producerProcess
      protocolAdapter protocolBounds protocolProperties protocolSystem protocolTicks readerMachine
      replayOnClients restProperty send simulate sourceMachine spawn stop streamsOf sweep system tell viewStream
      worstCase
    `,
    types: `
      Activity ActorState ActorView Breach CheckedCounts Checkpoint Conformance ConformanceRule ConformsOptions Coverage
      DeliveryArithmetic DeliveryMessage DeliverySystemOptions DeliveryTerms DuplicateFault Effect Effects
      ExplorabilityOptions ExploreAllOptions ExploreOptions ExploreResult FakeTimers Faults HostAdapter HostScope
      Incident LeadsTo Limit LinkConfig MessageFault ModelStream Mutant MutantOutcome MutateOptions MutateResult
      NetworkConfig Nonconformance Order PendingTimer Plain Predicate ProcessState ProcessView Progress Properties
      PropertyKind ProtocolAdapterOptions ProtocolBounds ProtocolMessage ProtocolModelOptions ProtocolSystem
      ProtocolSystemOptions ProtocolTicks ProtocolView Random ReaderContext RecordedCommand ReplayReport Scenario
      ScenarioParts ScenarioResult ScenarioViolation SentMessage SimulateOptions SimulateResult SinonTimers StartActor
      StartActors Step StepName SteppedTimers Stimulus StimulusOf StreamView Stranger StrangerSecret SurroundingsView
      SweepResult SweepRow System SystemConfig SystemView TestBroker TestBrokerFaults TestBrokerOptions
      TestBrokerRecord TestClock TestClockOptions TickedTimers Timer Trace TraceViolation Unused ViewOf Violation
      WorstCase CrashFault ExploreOrdersOptions ExploreOrdersResult InvokedActor Outcome PendingActor ScheduledTask
      Scheduler Ticks
    `,
  },
  './tracing': {
    values: `collectTraces createTracer readJsonLines showInPage showInStately toJsonLine traceOverNats traceVersion`,
    types: `
      ClientTrace ClientTracer Collector CollectorOptions ContactReason Inspector Json MessageTap StatelyInspector
      StatelyShow StopListening StreamCounts TraceActor TraceContact TraceCounts TraceEnd TraceEvent TraceEventDraft
      TraceGap TraceLink TraceListener TraceMachine TraceMark TraceMessage TraceOverNatsOptions TracePublication
      TraceRun TraceSnapshot TraceStateNode PageFrame ShowInPageOptions
      TraceStep TraceSystem TraceTimer TraceTransition TraceableClient TracedClient Tracer TracerOptions
    `,
  },
  './opentelemetry': {
    values: `instrumentStreams`,
    types: `Instrumentation InstrumentationOptions`,
  },
  './react': {
    values: `useStream`,
    types: `StreamHookInput StreamView`,
  },
  './transport': {
    values: '',
    types: `
      NatsConnection NatsHeaders NatsMessage NatsPublishOptions NatsStatus NatsSubscribeOptions NatsSubscription
    `,
  },
  './memory': {
    values: `createMemoryBroker`,
    types: `
      MemoryBroker MemoryBrokerOptions MemoryConnection MemoryConnectionOptions MemoryStatus
      MemoryStatusIterator RoutedMessage Schedule
    `,
  },
};

/** Former names, each with the entry that keeps it for those who use it. */
const deprecated: Readonly<Record<string, string>> = {
  '.': `Handling`,
  './testing': `ViolationRecord`,
  './tracing': `
    ActorRecord AnyRecord ClientRecorder ClientRecording CountsRecord EndRecord GapRecord
    InspectedClient InspectionOverNats LinkRecord MachineRecord MarkRecord MessageEar MessageRecord
    OverNatsOptions RecordDraft RecordListener RecordedClient Recorder RecorderOptions RunRecord
    StateNodeRecord StepRecord SystemRecord TimerRecord TransitionRecord collectOverNats createRecorder
    inspectOverNats recordVersion
  `,
  './memory': `Delivery`,
};

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/** An entry's exports in the form of the list above. */
function listed(exported: readonly PublicExport[]): Readonly<Record<keyof Listed, readonly string[]>> {
  const names = (isValue: boolean) =>
    exported
      .filter((one) => !one.isDeprecated && one.isValue === isValue)
      .map(({ name }) => name)
      .sort();
  return { values: names(true), types: names(false) };
}

describe('entries', function () {
  this.timeout(300_000);

  const sources = packageEntries();
  let program: ReturnType<typeof programOfFiles>;

  before(() => {
    program = programOfFiles([...sources.values()]);
  });

  it('the package has these, and no others', () => {
    expect([...sources.keys()]).to.have.members(Object.keys(entries));
  });

  for (const [entry, { values, types }] of Object.entries(entries)) {
    it(`${entry} exports what the list says, and nothing else`, () => {
      const found = listed(exportsOf(program, sources.get(entry) ?? ''));
      expect(found).to.deep.equal({ values: words(values).sort(), types: words(types).sort() });
    });
  }

  it('a former name stands where the list says, and says what to use', () => {
    const found = Object.fromEntries(
      [...sources].map(([entry, file]) => [
        entry,
        exportsOf(program, file)
          .filter(({ isDeprecated }) => isDeprecated)
          .map(({ name }) => name)
          .sort(),
      ]),
    );
    const expected = Object.fromEntries(
      Object.keys(entries).map((entry) => [entry, words(deprecated[entry] ?? '').sort()]),
    );
    expect(found).to.deep.equal(expected);
  });

  it('a type, a value and a former name are told apart', () => {
    const found = exportsOf(
      programOfText(`
        export const value = 1;
        export class Both {}
        export interface Shape {}
        class Hidden {}
        export type { Hidden };
        /** @deprecated Use value. */
        export const former = value;
      `),
      'probe.ts',
    );
    expect(listed(found)).to.deep.equal({ values: ['Both', 'value'], types: ['Hidden', 'Shape'] });
    expect(found.filter(({ isDeprecated }) => isDeprecated).map(({ name }) => name)).to.deep.equal(['former']);
  });
});
