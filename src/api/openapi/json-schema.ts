import { z } from 'zod';

/** A JSON Schema of the dialect 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

declare module 'zod' {
  interface GlobalMeta {
    /** What the document says in place of what zod tells, which does not know what a transform reads. */
    readonly json?: JsonSchema;
  }
}

/** Writes zod's schemas as JSON Schema, and collects those that have an `id` as named components. */
export interface SchemaWriter {
  /** The schema of what is read (`input`) or answered (`output`), which refers to the components. */
  write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
  readonly components: Readonly<Record<string, JsonSchema>>;
}

/** `write` throws for a schema that can't be told in JSON Schema, and for two schemas of one name. */
export function createSchemaWriter(): SchemaWriter {
  const components: Record<string, JsonSchema> = {};
  return {
    components,
    write(schema, io) {
      const written = z.toJSONSchema(schema, { io, override: (context) => refine(context, io) });
      // zod refers to its own `$defs`; the round trip also leaves out what is undefined.
      const text = JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/');
      const { $schema: _, $defs = {}, ...json } = JSON.parse(text);
      for (const [name, component] of Object.entries<JsonSchema>($defs)) {
        const known = components[name];
        if (known !== undefined && JSON.stringify(known) !== JSON.stringify(component)) {
          throw new Error(`two schemas have the id ${name}`);
        }
        components[name] = component;
      }
      return json;
    },
  };
}

type Override = NonNullable<z.core.JSONSchemaGeneratorParams['override']>;

function refine({ zodSchema, jsonSchema }: Parameters<Override>[0], io: 'input' | 'output'): void {
  const { json, examples } = z.globalRegistry.get(zodSchema) ?? {};
  if (json !== undefined) {
    for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
    Object.assign(jsonSchema, json);
  }
  // zod leaves them out where a part is transformed, because they may be of what it is transformed into.
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  // What is said of it already: an array that is read only here, and keys that are strings.
  delete jsonSchema.readOnly;
  delete jsonSchema.propertyNames;
  // The format says it, and the pattern is 200 characters long.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  // What every whole number is, so that JSON keeps it.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // Answers may grow.
  if (io === 'output' && jsonSchema.additionalProperties === false) {
    delete jsonSchema.additionalProperties;
  }
}
