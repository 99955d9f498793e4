import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';
import { LEDGER_SCHEMA } from './ledger.js';

/** The untyped part of what the engine's package exports. */
interface Loader {
  __wbg_set_wasm(exports: unknown): void;
}

/** The parts of WebAssembly that are used; Node's types leave it to the browser's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{
    readonly instance: { readonly exports: { readonly __wbindgen_start: () => void } };
  }>;
};

let loading: Promise<void> | undefined;

/** Instantiates the engine's WebAssembly, once for the process. */
function load(): Promise<void> {
  loading ??= (async () => {
    const require = createRequire(import.meta.url);
    const script = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const wasm = await readFile(join(script, '..', 'schema_engine_bg.wasm'));
    const imports = { './schema_engine_bg.js': withUnheldTimers({ ...bindings }) };
    const { instance } = await WebAssembly.instantiate(wasm, imports);
    (bindings as unknown as Loader).__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
  })();
  return loading;
}

/** The engine leaves a timer of ten seconds behind, which must not keep the process alive for it. */
function withUnheldTimers(imports: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(imports)) {
    if (!name.startsWith('__wbg_setTimeout') || typeof value !== 'function') continue;
    imports[name] = (...received: unknown[]) => {
      const timer: unknown = value(...received);
      if (timer instanceof Object && 'unref' in timer) (timer as NodeJS.Timeout).unref();
      return timer;
    };
  }
  return imports;
}

/**
 * Prisma's schema engine on a database, without the native binary that npm does not carry. What it keeps
 * of its own (`_prisma_migrations`) is in the ledger's schema, apart from the backend's.
 *
 * @param pool of one connection, so that a migration's BEGIN and COMMIT mean its own statements; ended by
 * the caller
 */
export async function openSchemaEngine(pool: pg.Pool): Promise<bindings.SchemaEngine> {
  await load();
  const adapter = new PrismaPg(pool, { schema: LEDGER_SCHEMA });
  return bindings.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}
