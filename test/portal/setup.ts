import type { Page } from 'playwright-core';
import type { PosthornOptions } from '../../src/config.js';
import type { NewPortalLink } from '../../src/portal/new-link.js';
import { openPipeline } from '../dashboard/setup.js';

/** The pipeline, and a customer of the account whose webhook fails. */
export async function openCustomer(overrides: PosthornOptions = {}) {
  const pipeline = await openPipeline(overrides);
  const { posthorn, address } = pipeline;
  return {
    ...pipeline,
    /** A link to the portal of the account whose webhook fails. */
    async link(options: Partial<NewPortalLink> = {}): Promise<string> {
      const input = { accountId: 'umbrella', ...options };
      return (await posthorn.portal.createLink(input, { baseUrl: address })).url;
    },
  };
}

/** Presses a button of the page. */
export const press = (page: Pick<Page, 'getByRole'>, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();
