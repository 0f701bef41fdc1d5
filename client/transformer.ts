import superjson, { type SuperJSONResult } from 'superjson';

/** superjson as clients of a rooms server speak it. A value that occurs twice in one input is sent
 *  twice: the note that the two were one would be refused (TRN6), and nobody needs it. */
export const clientSuperjson = {
  input: {
    serialize: (data: unknown): SuperJSONResult => {
      const { json, meta } = superjson.serialize(data);
      if (!meta?.values) return { json };
      const { referentialEqualities: _, ...rest } = meta;
      return { json, meta: rest };
    },
    deserialize: (raw: SuperJSONResult): unknown => superjson.deserialize(raw),
  },
  output: superjson,
};
