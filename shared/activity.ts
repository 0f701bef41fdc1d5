import { z } from 'zod';
import { latest, type LatestSpec } from './delivery.ts';

/** The contract of an activity: something that a user does just now. */
export interface ActivitySpec<F extends string = string> extends LatestSpec<
  z.ZodObject<Record<F, z.ZodBoolean>>,
  'client'
> {
  readonly activity: F;
}

/** Declares something that a user does just now, as typing is: told when it begins and when it ends, to
 *  others only, and never stored (TYP1). Its data is `{ [field]: boolean }`. It ends when it is not said again
 *  within `expiresMs` (default 6,000, on the server's clock), with `false`, with an event of `endedBy`, and
 *  with the user's last connection, be it closed or broken. */
export function activity<const F extends string>(
  field: F,
  options: { readonly expiresMs?: number; readonly endedBy?: readonly string[] } = {},
): ActivitySpec<F> {
  const data = z.object({ [field]: z.boolean() } as Record<F, z.ZodBoolean>).meta({
    description: `Somebody does this just now: ${field}.`,
    examples: [{ [field]: true }],
  });
  const spec = latest(data, {
    key: 'user',
    expiresMs: options.expiresMs ?? 6_000,
    publish: 'client',
    echo: false,
    changesOnly: true,
    endedBy: options.endedBy ?? [],
    clear: 'drop',
    isEnd: (said) => !(said as Record<F, boolean>)[field],
  });
  return { ...spec, activity: field };
}
