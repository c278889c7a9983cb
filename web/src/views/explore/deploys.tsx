/** What was deployed last while the spans ran: the words to the dashed marks in the charts. */

import { deployName, deployTime, deployWords } from "../../model/deploys";
import { fromMs } from "../../model/time";
import * as state from "../../state/groups";

export function DeployWords() {
  const deploys = state.arrived.value.value?.deploys ?? [];
  const newest = deploys[0];
  if (!newest) return null;
  const now = fromMs(Date.now());
  return (
    <span
      class="row muted only-wide deployed"
      title={deploys.map((deploy) => deployWords(deploy, now)).join("\n")}
      data-testid="deployed"
    >
      <i class="deploy" />
      {deployName(newest, deploys)} deployed {deployTime(newest, now)}
      {deploys.length > 1 ? `, ${deploys.length - 1} more` : ""}
    </span>
  );
}
