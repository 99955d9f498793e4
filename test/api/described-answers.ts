import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';

/** An operation of the OpenAPI document, as far as tests read it. */
export interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters?: readonly { in: string; name: string; schema: { pattern?: string } }[];
  readonly requestBody?: {
    readonly content: { 'application/json': { schema: { $ref?: string; examples?: unknown[] } } };
  };
  readonly responses: Readonly<Record<string, { $ref?: string; content?: object }>>;
}

/** The OpenAPI document, as far as tests read it. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly tags: readonly { name: string; description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { examples?: unknown[] }>>;
  };
}

/** An answer as it came. */
interface GivenAnswer {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** Its content type; empty where it has no body. */
  readonly type: string;
  readonly text: string;
}

/** What the API says of itself, and a check of answers against it by a validator that is none of ours. */
export interface DescribedAnswers {
  readonly document: OpenApiDocument;
  readonly operations: readonly {
    readonly method: string;
    /** The path, with `{id}` in it. */
    readonly template: string;
    readonly operation: DescribedOperation;
    /** What the id in its path begins with; empty where there is none. */
    readonly idPrefix: string;
    /** The bodies that the document shows of it: one that is undefined where it has no body. */
    readonly examples: readonly unknown[];
  }[];
  /**
   * Fails where the document has no such operation, status or content type, or another schema.
   *
   * @returns the operation's name
   */
  check(answer: GivenAnswer): string;
}

/** @param address where the API listens */
export async function readDescription(address: string): Promise<DescribedAnswers> {
  const response = await fetch(`${address}/openapi.json`);
  const document = (await response.json()) as OpenApiDocument;
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  formats.default(ajv);
  // The document is no schema itself, only its parts are.
  ajv.addVocabulary(Object.keys(document));
  ajv.addSchema({ ...document, $id: 'document' });

  /** Fails where the value is not what the schema at a JSON pointer says. */
  function checkValue(pointer: string, value: unknown): void {
    const validate = ajv.compile({ $ref: `document#${pointer}` });
    validate(value);
    expect({ pointer, value, errors: validate.errors }).toMatchObject({ errors: null });
  }

  return {
    document,
    operations: Object.entries(document.paths).flatMap(([template, operations]) =>
      Object.entries(operations).map(([method, operation]) => {
        const examples = examplesOf(document, operation);
        return { method, template, operation, idPrefix: idPrefixOf(operation), examples };
      }),
    ),
    check({ method, path, status, type, text }) {
      // A path without a parameter comes first, as OpenAPI has it.
      const template =
        document.paths[path] === undefined
          ? Object.keys(document.paths).find((each) => matches(each, path))
          : path;
      const operation = document.paths[template ?? '']?.[method.toLowerCase()];
      const answer = operation?.responses[status];
      expect({ method, path, status, text, answer }).toMatchObject({ answer: {} });
      const [content = ''] = type.split(';', 1);
      const own = `/paths/${pointerPart(template ?? '')}/${method.toLowerCase()}/responses/${status}`;
      const place = answer?.$ref?.slice(1) ?? own;
      const hasBody = answer?.$ref !== undefined || answer?.content !== undefined;
      expect({ path, status, hasBody }).toEqual({ path, status, hasBody: text !== '' });
      const value = () => (/json/.test(content) ? JSON.parse(text) : text);
      if (hasBody) checkValue(`${place}/content/${pointerPart(content)}/schema`, value());
      return String(operation?.operationId);
    },
  };
}

function examplesOf(
  { components }: OpenApiDocument,
  { requestBody }: DescribedOperation,
): readonly unknown[] {
  if (requestBody === undefined) return [undefined];
  const { schema } = requestBody.content['application/json'];
  const { examples = [] } = components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  return examples;
}

function idPrefixOf({ parameters = [] }: DescribedOperation): string {
  const pattern = parameters.find((each) => each.in === 'path')?.schema.pattern ?? '';
  return /^\^([a-z]+_)/.exec(pattern)?.[1] ?? '';
}

function matches(template: string, path: string): boolean {
  const parts = path.split('/');
  const wanted = template.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((part, index) => part.startsWith('{') || part === parts[index])
  );
}

/** A name in a JSON pointer, within a URI. */
function pointerPart(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
