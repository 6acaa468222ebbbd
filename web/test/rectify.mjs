/** The rest of a case's loop on its card: an order to rectify and its visit, legal review, further matters. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, DOUGLAS, faults, NARROW, newContext, open, says, send, shot, until } from "./kit.mjs";

const VIEW = `map=13/${DOUGLAS.lat}/${DOUGLAS.lng}`;

/** Two days on, as the county's calendar has it. */
async function dayAfterTomorrow() {
  const { county } = await ask("/status");
  const day = new Date(Date.now() + 2 * 86_400_000);
  return new Intl.DateTimeFormat("en-CA", { timeZone: county.time_zone }).format(day);
}

test("what has to be rectified is ordered, visited and closed; what wants a review waits for it", async () => {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...DOUGLAS, matter: "CG-001", urgency: "normal" });
  for (const to of ["accepted", "dispatched", "arrived"])
    await send("POST", `/incidents/${id}/actions`, { id: crypto.randomUUID(), act: { to } });
  const phone = await newContext({
    viewport: NARROW,
    hasTouch: true,
    isMobile: true,
    colorScheme: "dark",
  });
  const page = await open(`${VIEW}&case=${id}&lang=en`);
  const other = await open(`${VIEW}&case=${id}&lang=zh`, phone);
  const by = await dayAfterTomorrow();

  await page.click("#case-order summary");
  await page.fill("#rectify-act\\.what", "clear the pavement");
  // Without a day it is refused at the field, and what was typed stays.
  await page.click("#case-order button[type=submit]");
  await page.waitForSelector("#case-order .error:not(:empty)");
  await page.fill("#rectify-act\\.by", by);
  assert.equal(await page.inputValue("#rectify-act\\.what"), "clear the pavement");
  await shot(page, "wide-en-order");
  await page.click("#case-order button[type=submit]");
  for (const [one, what] of [
    [page, /clear the pavement/],
    [other, /整改内容.*clear the pavement/s],
  ]) {
    await one.waitForSelector("#case-rectification .facts");
    await says(one, "#case-rectification", what);
    await says(one, "#case-rectification", new RegExp(by));
  }
  await says(page, "#story", /Ordered to be rectified by/);
  await shot(page, "wide-en-rectify");
  await other.locator("#case-rectification").scrollIntoViewIfNeeded();
  await shot(other, "narrow-zh-rectify");
  assert.deepEqual(await faults(page), []);
  assert.deepEqual(await faults(other), []);
  await page.click("[data-side=cases]");
  await page.selectOption("#cases-revisit", "due");
  await page.waitForSelector(`#cases-list [data-id="${id}"] .badge:has-text("revisit by ${by}")`);
  await page.selectOption("#cases-revisit", "");

  // Not rectified, and then it is.
  await page.click("#case-revisit summary");
  await page.fill("#rectify-reason", "half of it");
  await page.fill("#rectify-act\\.by", by);
  await page.click("#case-revisit button[type=submit]");
  await says(page, "#case-rectification", /Visited in vain/);
  await says(page, "#story", /not rectified, by another day/);
  await page.click("[data-act='revisit rectified']");
  await page.waitForSelector("#case-order");
  await says(other, "#story", /复查：已整改/);

  // The same act under another matter, and a review that somebody wants.
  await page.click("#case-matters summary");
  await page.selectOption("#further-matter", "CG-002");
  await page.click("#add-matter");
  await says(page, "#incident", /Further matters.*trading beyond the shop front/s);
  await page.click("[data-act=want_legal_review]");
  await page.fill("#reason", "the fine is high");
  await page.keyboard.press("Enter");
  for (const one of [page, other]) await one.waitForSelector("#lacks-review");
  await says(other, "#lacks-review", /待法制审核/);
  for (const to of ["handled", "fed_back", "verified"]) await page.click(`[data-act='to ${to}']`);
  await page.waitForSelector("[data-act='to closed'][disabled]");
  await says(page, "[data-act='to closed']", /needs its legal review first/);
  await page.locator("#case-steps").scrollIntoViewIfNeeded();
  await shot(page, "wide-en-review");
  await page.click("[data-act='legal_review approved']");
  await page.waitForSelector("#lacks-review", { state: "detached" });
  await says(page, "#incident", /Legal review.*approved/s);
  await page.click("[data-act='to closed']:not([disabled])");
  await until(async () => (await ask(`/incidents/${id}`)).status === "closed", "it is closed");
  await shot(other, "narrow-zh-reviewed");
  await page.close();
  await phone.close();
});
