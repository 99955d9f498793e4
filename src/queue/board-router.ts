import type {
  AppControllerRoute,
  BullBoardQueues,
  ControllerHandlerReturnType,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';
import type { BoardAnswer, BoardRequest } from './board.js';

/**
 * What Bull Board asks of a server. It is asked here without one: its own adapters bring file servers and
 * template engines, and register their routes at the start.
 */
export interface BoardRouter {
  readonly adapter: IServerAdapter;
  /** What its pages are told, once Bull Board has said it. */
  uiConfig(): UIConfig;
  /** Undefined where there is no such route. */
  answer(request: BoardRequest): Promise<BoardAnswer | undefined>;
}

interface CompiledRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: AppControllerRoute['handler'];
}

export function createBoardRouter(): BoardRouter {
  let queues: BullBoardQueues = new Map();
  let routes: CompiledRoute[] = [];
  let uiConfig: UIConfig = {};
  let toAnswer: (error: Error) => ControllerHandlerReturnType = (error) => {
    throw error;
  };

  const adapter: IServerAdapter = {
    setQueues(given) {
      queues = given;
      return adapter;
    },
    setApiRoutes(given) {
      routes = given.flatMap(compile);
      return adapter;
    },
    setUIConfig(given) {
      uiConfig = given;
      return adapter;
    },
    setErrorHandler(given) {
      toAnswer = given;
      return adapter;
    },
    // Its document and its files are served otherwise.
    setViewsPath: () => adapter,
    setStaticPath: () => adapter,
    setEntryRoute: () => adapter,
  };

  return {
    adapter,
    uiConfig: () => uiConfig,
    async answer({ method, path, query, body }) {
      const route = routes.find((each) => each.method === method && each.pattern.test(path));
      if (route === undefined) return undefined;
      const request = {
        queues,
        uiConfig,
        params: { ...route.pattern.exec(path)?.groups },
        query,
        body: (body ?? {}) as Record<string, unknown>,
        headers: {},
      };
      const answer = await Promise.resolve(route.handler(request)).catch(toAnswer);
      return { status: answer.status ?? 200, body: answer.body };
    },
  };
}

/** The first that fits is meant, as in the frameworks that Bull Board is written for. */
function compile({ method, route, handler }: AppControllerRoute): CompiledRoute[] {
  return [method].flat().flatMap((one) =>
    [route].flat().map((path) => ({
      method: one.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
      handler,
    })),
  );
}
