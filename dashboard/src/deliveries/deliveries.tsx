import { PageHead } from '../parts/layout.js';
import { DeliveryList } from './delivery-list.js';

/** All deliveries, narrowed. */
export function Deliveries() {
  return (
    <>
      <PageHead title="Deliveries" sub="Each is the duty to bring one event to one webhook." />
      <DeliveryList />
    </>
  );
}
