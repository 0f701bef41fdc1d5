import type { ReactElement } from 'react';

const paths = {
  send: 'M4 12 20 4l-4.5 16-4-6.5zM11.5 13.5 20 4',
  plus: 'M12 5v14M5 12h14',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.900 1.900 6.500 5.500M16 4.300a3.500 3.500 0 0 1 0 6.400M18 14.800c2 .7 3.200 2.400 3.500 5.200',
  back: 'M15 5l-7 7 7 7',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z',
  hash: 'M9 4 7 20M17 4l-2 16M4 9h16M3.500 15h16',
  reply: 'M10 6 4 12l6 6M4 12h10a6 6 0 0 1 6 6v1',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5',
  smile:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500a4.500 4.500 0 0 0 7 0M9 9.500h.01M15 9.500h.01',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4',
  settings:
    'M4 7h10M18 7h2M4 17h2M10 17h10M16 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM8 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  down: 'M12 5v14M6 13l6 6 6-6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.500 2',
  check: 'M5 12.500 10 17l9-10',
  alert: 'M12 4 2.500 20h19zM12 10v4.500M12 17.500h.01',
  enter: 'M10 6l6 6-6 6M16 12H4M19 4v16',
  unread: 'M3.500 6h17v12h-17zM4 7l8 6 8-6',
} as const;

/** What icons there are. */
export type IconName = keyof typeof paths;

/** One of the page's icons. It says nothing to a screen reader: what it stands in does. */
export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg
      className={name === 'more' ? 'icon dots-icon' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
