/** A rate with its unit muted. */

import { rateQuantity } from "../../model/places";

export function Rate({ perSecond }: { perSecond: number }) {
  const { value, unit } = rateQuantity(perSecond);
  return (
    <>
      {value}
      <span class="unit">{unit}</span>
    </>
  );
}
