/**
 * The pages of the site in the order in which they are read, by their paths in the project. The chapters of the guide
 * are one program: what one of them declares the later ones use.
 */
export const chapters = [
  ['Produce', 'docs/guide/produce.md'],
  ['Consume', 'docs/guide/consume.md'],
  ['Agree on contracts', 'docs/guide/contracts.md'],
  ['Feed a stream yourself', 'docs/guide/own-streams.md'],
  ['Machines and components', 'docs/guide/actors.md'],
  ['Watch', 'docs/guide/watching.md'],
  ['Many users', 'docs/operations/permissions.md'],
  ['Leave', 'docs/guide/leaving.md'],
];

export const groups = [
  {
    text: 'Guide',
    pages: [
      ['In two minutes', 'docs/guide/start.md'],
      ...chapters.filter(([, path]) => path.startsWith('docs/guide/')),
    ],
  },
  {
    text: 'Look things up',
    pages: [
      ['Guarantees and limits', 'docs/guide/guarantees.md'],
      ['Options', 'docs/guide/options.md'],
      ['Warnings', 'docs/guide/warnings.md'],
      ['The command', 'docs/guide/command.md'],
      ['Versions', 'docs/versions.md'],
      ['Changelog', 'CHANGELOG.md'],
    ],
  },
  { text: 'Recipes', folder: 'docs/recipes' },
  {
    text: 'Test and check',
    pages: [
      ['Check it', 'docs/guide/checking.md'],
      ['The testing kit', 'src/testing/README.md'],
    ],
    folder: 'docs/testing',
  },
  {
    text: 'Operate',
    pages: [
      ['Permissions', 'docs/operations/permissions.md'],
      ['Sizing', 'docs/operations/sizing.md'],
      ['Upgrades', 'docs/operations/upgrades.md'],
      ['Security', 'SECURITY.md'],
      ['Trace events', 'src/tracing/README.md'],
      ['The live page', 'visualizations/README.md'],
    ],
  },
  { text: 'Performance', folder: 'docs/performance' },
  { text: 'Choose', pages: [['Compared with others', 'docs/comparison.md']] },
  {
    text: 'Move',
    pages: [
      ['From raw NATS', 'docs/migration/raw-nats.md'],
      ["From Go's package", 'docs/migration/go.md'],
      ['From graphql-ws', 'docs/migration/graphql-ws.md'],
    ],
  },
  { text: 'API', folder: 'docs/api' },
  { text: 'Protocol', pages: [['The map', 'machines/PROTOCOL.md']], folder: 'machines/protocol' },
  {
    text: 'The project',
    pages: [
      ['Architecture', 'ARCHITECTURE.md'],
      ['Contributing', 'CONTRIBUTING.md'],
    ],
  },
];
