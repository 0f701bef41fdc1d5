import { memo, type ReactElement } from 'react';

const COLOURS = 8;

/** The first letter of a name, on a colour that is its user's own. */
export const Avatar = memo(function Avatar(props: {
  user: { readonly id: string; readonly name: string };
  size?: 'small';
}): ReactElement {
  const { user, size } = props;
  const colour = colourOf(user.id);
  return (
    <span className={`avatar c${colour} ${size ?? ''}`} aria-hidden="true">
      {firstOf(user.name)}
    </span>
  );
});

/** The same for one user, wherever he is shown. */
function colourOf(id: string): number {
  let sum = 7;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return sum % COLOURS;
}

const segmenter = new Intl.Segmenter();

function firstOf(name: string): string {
  const [first] = segmenter.segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? '?';
}
