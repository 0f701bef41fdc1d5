import type { Departed, Present, PresenceFrame } from '../../shared/index.ts';

/** A user as he is shown, and what his state was made from. */
export interface Shown {
  readonly user: Present;
  readonly text: string | undefined;
}

/** What followers were not told yet of one user. */
export interface Pending {
  /** As they know him. Undefined: he was not there. */
  readonly before: Shown | undefined;
  /** His last leaving since then, if he has left. */
  readonly left?: Departed;
  /** Has somebody been shown the room as it was in between? Then what cancels out for the others does
   *  not for him. */
  readonly wasShown: boolean;
}

type Lists = Pick<PresenceFrame, 'join' | 'update' | 'leave'>;

/** What followers are told of changes that came together: where each user stands now, and nothing of what
 *  he did in between. Undefined: nothing. */
export function told(
  changes: readonly (Pending & { readonly now: Shown | undefined })[],
): Lists | undefined {
  const join: Present[] = [];
  const update: Present[] = [];
  const leave: Departed[] = [];
  for (const { before, now, left, wasShown } of changes) {
    if (!now) {
      if (left && (before || wasShown)) leave.push(left);
    } else if (!before) join.push(now.user);
    // He was gone and is back: whoever was shown the room without him gets him back.
    else if (before !== now && (wasShown || !isSame(before, now))) update.push(now.user);
  }
  if (join.length + update.length + leave.length === 0) return undefined;
  return {
    ...(join.length > 0 && { join }),
    ...(update.length > 0 && { update }),
    ...(leave.length > 0 && { leave }),
  };
}

function isSame(a: Shown, b: Shown): boolean {
  return a.user.name === b.user.name && a.text === b.text;
}
