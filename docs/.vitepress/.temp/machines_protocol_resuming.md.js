import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Resuming","description":"","frontmatter":{},"headers":[],"relativePath":"machines/protocol/resuming.md","filePath":"machines/protocol/resuming.md"}');
const _sfc_main = { name: "machines/protocol/resuming.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="resuming" tabindex="-1">Resuming <a class="header-anchor" href="#resuming" aria-label="Permalink to &quot;Resuming&quot;">​</a></h1><p>Part of <a href="./../PROTOCOL.html">the protocol</a>.</p><p>A stream whose records have a cursor can be gone on with where its reader was: when its producer is gone, the consumer opens another stream on the same subject, and says in its request behind which record it is to begin. Nothing of it is known to the wire but two headers of the <a href="./wire.html#open-request">open request</a>: <code>Stream-Cursor</code>, the cursor as JSON, and <code>Stream-Cursor-Superjson</code>, its <a href="./wire.html#annotations">annotations</a> as JSON where there are any. A producer that does not know them, such as a Go one, begins at the beginning; an application MUST NOT ask such a producer to resume.</p><p>The reader sees one stream. Each of the streams behind it has a stream id of its own, so that a late frame of one is never taken for one of the next. <code>resumptionMachine</code> says which follows which:</p><table tabindex="0"><thead><tr><th>state</th><th>what happens</th><th>then</th></tr></thead><tbody><tr><td>reading</td><td>a record is handed over</td><td>the tries are counted anew</td></tr><tr><td>reading</td><td>the stream broke, after its last record, and fewer than <code>triesMax</code> tries in a row came to nothing</td><td>waiting</td></tr><tr><td>reading</td><td>it broke once more, or has ended in any other way</td><td>closed: the reader is told how the last one ended</td></tr><tr><td>waiting</td><td>the delay has passed: 100 ms before the first try, twice as long before each further one, 5,000 ms at most</td><td>reading: a stream is opened from behind the last record that was handed over</td></tr><tr><td>each</td><td>the reader leaves, or has no more time</td><td>closed</td></tr></tbody></table><p>A stream is <em>broken</em> by the ends after which another producer can go on: <code>producerSilent</code>, <code>recordsLost</code>, <code>noResponders</code>, <code>noAnswer</code>, and a close with 1001. Every other end is the reader&#39;s. A reader that never had a producer is told so at once: only what began is gone on with. Records that had come before a stream broke are handed over first, and the next one begins behind them.</p><p>Explored, with a queue group of two, with crashes, restarts, drains, late messages and a reader that leaves: nothing is handed over twice, nothing is lost that the source can give again, and what ends as complete is all of it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("machines/protocol/resuming.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const resuming = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  resuming as default
};
