import { HELP, type Option, type Usage } from './options.ts';

const WIDTH = 100;

/** The help of one command. */
export function formatHelp(usage: Usage): string {
  const { name, summary, args, options, examples } = usage;
  const words = args.map((arg) => (arg.isOptional ? `[${arg.name}]` : arg.name));
  const blocks = [
    `Usage: ${['trpc-rooms', name, ...words].join(' ')} [options]\n\n${summary}`,
    table(
      'Arguments',
      args.map((arg) => [arg.name, arg.says] as const),
    ),
    table('Options', Object.entries({ ...options, help: HELP }).map(optionRow)),
    ['Examples:', ...examples.map((example) => `  ${example}`)].join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The help of the whole command. */
export function formatOverview(usages: readonly Usage[]): string {
  return [
    'Usage: trpc-rooms COMMAND [options]',
    'Realtime rooms for TypeScript teams: serve them, look into them, fill them.',
    table(
      'Commands',
      usages.map(({ name, summary }) => [name, summary] as const),
    ),
    table('Options', [
      ['--help', 'print this and exit; after a command, print its options'],
      ['--version', 'print the version and exit'],
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

function optionRow([name, option]: readonly [string, Option]): readonly [string, string] {
  const notes = [
    option.default === undefined ? undefined : `default: ${option.default}`,
    option.env === undefined ? undefined : `env: ${option.env}`,
  ].filter((note) => note !== undefined);
  const flag = option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
  return [flag, notes.length === 0 ? option.says : `${option.says} (${notes.join('; ')})`];
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const indent = Math.max(...rows.map(([left]) => left.length)) + 4;
  const lines = rows.map(([left, right]) => {
    const [first = '', ...rest] = wrap(right, WIDTH - indent);
    const head = `  ${left}`.padEnd(indent) + first;
    return [head, ...rest.map((line) => ' '.repeat(indent) + line)].join('\n');
  });
  return [`${title}:`, ...lines].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
