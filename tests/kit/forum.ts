import { z } from 'zod';
import { defineRoom, durable } from '../../shared/index.ts';

export const post = z.object({
  text: z.string(),
  get replies() {
    return z.array(post).optional();
  },
});
export const order = z.object({
  amount: z.number(),
  get next() {
    return order.optional();
  },
});
const folder = z.object({
  name: z.string(),
  get files() {
    return z.array(file);
  },
});
const file = z.object({
  size: z.number(),
  get within() {
    return folder.nullable();
  },
});
interface Item {
  at: Date;
  below?: Item | undefined;
}
const item: z.ZodType<Item> = z.lazy(() => z.object({ at: z.date(), below: item.optional() }));
const grove = z.object({
  get trees() {
    return z.set(grove);
  },
  get byName() {
    return z.map(z.string(), grove);
  },
});
const named = z.object({ a: z.number() }).meta({ id: 'Named' });

/** A kind whose events have themselves in them: alone, in turns, lazily, and in sets and maps. */
export const forum = defineRoom('forum', {
  events: {
    ordered: durable(order),
    posted: durable(post, { publish: 'client', editable: true }),
    filed: durable(folder, { publish: 'client' }),
    listed: durable(z.object({ first: item, others: z.set(item) }), { publish: 'client' }),
    grown: durable(grove, { publish: 'client' }),
    told: durable(z.object({ one: named, other: named }), { publish: 'client' }),
  },
  shorthands: { write: 'posted' },
});
