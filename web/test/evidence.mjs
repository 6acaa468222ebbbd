/** Evidence of a case: where it is and what it hashes to, in the report, on the card, in its story. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import {
  ask,
  DOUGLAS,
  faults,
  forgive,
  open,
  SERVICE,
  says,
  send,
  shot,
  typeMatter,
  until,
} from "./kit.mjs";

const PHOTO = Buffer.from("not really a photo");
const SHA256 = createHash("sha256").update(PHOTO).digest("hex");

async function ended(id) {
  const act = { to: "void" };
  await send("POST", `/incidents/${id}/actions`, { id: crypto.randomUUID(), act, reason: "test" });
}

const evidenceOf = async (id) => {
  const { actions } = await ask(`/incidents/${id}/history`);
  return actions.flatMap(({ act, reason, evidence }) =>
    (evidence ?? []).map((one) => ({ act, reason, ...one })),
  );
};

test("a report brings a photo's reference; its file goes nowhere, and the card shows it", async (t) => {
  const page = await open(`map=14/${DOUGLAS.lat}/${DOUGLAS.lng}&at=54.1531/-4.4842&lang=en`);
  await page.click("[data-side=cases]");
  await page.click("#report-here");
  await page.waitForSelector("#report-matter:focus");
  await typeMatter(page, "CG-001");
  await page.click("#report-evidence > summary");
  const sent = [];
  page.on("request", (request) => sent.push(request.postData() ?? ""));
  await page.setInputFiles("#report-evidence-file", {
    name: "stall.jpg",
    mimeType: "image/jpeg",
    buffer: PHOTO,
  });
  await until(
    async () => (await page.inputValue('[id="report-evidence.sha256"]')) === SHA256,
    "the hash of the file",
  );
  // What names no place is refused at its field; the report itself is taken once.
  await page.fill('[id="report-evidence.uri"]', "stall.jpg");
  forgive("422", page);
  await page.click("#report button[type=submit]");
  await says(page, '[id="error-evidence.uri"]', /stall\.jpg/);
  assert.deepEqual(await faults(page), []);
  await shot(page, "wide-en-evidence-report");
  await page.fill('[id="report-evidence.uri"]', `${SERVICE}/kept/stall.jpg`);
  await page.click("#report button[type=submit]");
  await page.waitForSelector("#incident[data-status=reported]");
  const id = await page.getAttribute("#incident", "data-id");
  t.after(() => ended(id));
  const kept = { act: "remark", reason: "photo", kind: "photo", sha256: SHA256 };
  const wanted = [{ ...kept, uri: `${SERVICE}/kept/stall.jpg` }];
  await until(async () => {
    const seen = await evidenceOf(id);
    return isDeepStrictEqual(seen, wanted) || seen;
  }, "the evidence is kept");
  assert.ok(!sent.some((body) => body.includes("not really")), "the file stays here");
  await says(page, "#story [data-evidence=photo]", /kept\/stall\.jpg.*…/);
  const link = await page.getAttribute("#story [data-evidence] a", "href");
  assert.equal(link, `${SERVICE}/kept/stall.jpg`);

  await page.click("#add-evidence > summary");
  await page.selectOption('[id="evidence-evidence.kind"]', "document");
  await page.fill('[id="evidence-evidence.uri"]', "urn:uuid:01957a3e-5c00-7000-8000-000000000040");
  await page.fill('[id="evidence-evidence.sha256"]', SHA256);
  await page.fill("#evidence-reason", "permit");
  assert.deepEqual(await faults(page), []);
  await shot(page, "wide-en-evidence-card");
  await page.click("#evidence button[type=submit]");
  await says(page, "#story [data-evidence=document]", /urn:uuid:01957a3e/);
  assert.equal(
    await page.$("#story [data-evidence=document] a"),
    null,
    "only addresses are opened",
  );
  assert.deepEqual((await evidenceOf(id))[1].reason, "permit");
  await page.close();

  const zh = await open(`case=${id}&lang=zh`);
  await says(zh, "#story [data-evidence=document]", /文书/);
  await says(zh, "#add-evidence > summary", /补充证据/);
  await zh.close();
});
