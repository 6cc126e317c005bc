/**
 * The rooms of the house, from the ground up, with what each may import besides itself; types count. A room imports
 * only rooms above it in this table, so that imports run one way. `a/{b,c}` stands for `a/b` and `a/c`.
 */
export const rooms: Readonly<Record<string, string>> = {
  machines: '',

  'src/errors.ts': 'machines',
  'src/wire': '',
  'src/trace-events': '',
  'src/transport': 'src/errors.ts',
  'src/host': 'machines src/{errors.ts,transport,wire}',
  'src/memory-broker': 'src/transport',
  'src/values': 'src/{errors.ts,wire}',
  'src/validation': 'src/{errors.ts,host,transport,values,wire}',
  'src/delivery': 'machines src/{errors.ts,transport,wire}',
  'src/writer': 'machines src/{errors.ts,transport,validation,values,wire}',
  'src/contracts': 'src/{errors.ts,host,transport,validation,values,wire}',
  'src/consumer': 'machines src/{contracts,delivery,errors.ts,host,transport,validation,values,wire,writer}',
  'src/producer': 'machines src/{contracts,delivery,errors.ts,host,transport,validation,values,wire,writer}',
  'src/contracts/index.ts': 'src/{consumer,contracts,producer}',
  'src/stream-actor': 'src/{consumer,contracts,errors.ts,validation,values}',
  'src/tracing': 'machines src/{consumer,errors.ts,host,memory-broker,producer,trace-events,transport,validation,wire}',
  'src/opentelemetry': 'machines src/{consumer,errors.ts,host,producer,transport,validation,wire}',
  'src/react': 'src/{consumer,transport}',
  'src/index.ts': 'machines src/{consumer,errors.ts,host,producer,transport,validation,values,writer}',

  'src/testing/known-fields.ts': 'src/validation',
  'src/testing/doubles': 'src/{host,memory-broker} src/testing/known-fields.ts',
  'src/testing/machine-config': '',
  'src/testing/explorability': 'src/testing/machine-config',
  'src/testing/mutants': 'src/testing/machine-config',

  'src/testing/explorer/structures': '',
  'src/testing/explorer/description': 'src/testing/{explorability,known-fields.ts} src/testing/explorer/structures',
  'src/testing/explorer/processes': 'src/testing/explorability src/testing/explorer/{description,structures}',
  'src/testing/explorer/state-space':
    'src/testing/known-fields.ts src/testing/explorer/{description,processes,structures}',
  'src/testing/explorer/predicates':
    'src/testing/known-fields.ts src/testing/explorer/{description,processes,state-space,structures}',
  'src/testing/explorer/symmetry': 'src/testing/explorer/{description,predicates,processes,state-space,structures}',
  'src/testing/explorer/liveness': 'src/testing/explorer/{predicates,state-space,structures}',
  'src/testing/explorer/traces': 'src/trace-events src/testing/explorer/{description,processes,state-space,structures}',
  'src/testing/explorer/search':
    'src/testing/{doubles,known-fields.ts} ' +
    'src/testing/explorer/{description,liveness,predicates,processes,state-space,structures,symmetry,traces}',
  'src/testing/explorer/studies':
    'src/testing/known-fields.ts src/testing/mutants src/testing/explorer/{description,search,traces}',
  'src/testing/explorer/workers': 'src/testing/known-fields.ts src/testing/explorer/{description,search,traces}',
  'src/testing/explorer/index.ts': 'src/testing/explorer/{description,processes,search,studies,traces,workers}',

  'src/testing/conformance':
    'machines src/trace-events src/testing/known-fields.ts src/testing/explorer/{description,processes}',

  'src/testing/protocol':
    'machines src/{consumer,host,memory-broker,producer,wire} ' +
    'src/testing/{doubles,known-fields.ts} src/testing/explorer/{description,processes,traces}',
  'src/testing/index.ts':
    'src/testing/{conformance,doubles,explorability,mutants,protocol} src/testing/explorer/index.ts',

  'src/cli':
    'src/{errors.ts,index.ts,memory-broker,testing/conformance,testing/index.ts,testing/protocol,tracing,transport,wire}',
};
