import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Warnings","description":"","frontmatter":{},"headers":[],"relativePath":"docs/guide/warnings.md","filePath":"docs/guide/warnings.md"}');
const _sfc_main = { name: "docs/guide/warnings.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="warnings" tabindex="-1">Warnings <a class="header-anchor" href="#warnings" aria-label="Permalink to &quot;Warnings&quot;">​</a></h1><p>What goes wrong where no call and no stream could tell of it is told to the option <code>onWarning</code>, of the clients, of <code>createTracer</code>, <code>traceOverNats</code> and <code>collectTraces</code>. A warning has a <code>message</code> for people, a stable <code>code</code>, and where they are known the <code>subject</code> and the <code>error</code>. The option <code>logger</code> of the clients takes <code>console</code> or a pino logger as it is, and is told the same, with notes for debugging, as <code>logger.warn({ code, subject }, message)</code>, at the level of the code. The codes are a closed union, <code>WarningCode</code>:</p><table tabindex="0"><thead><tr><th>code</th><th>what happened</th></tr></thead><tbody><tr><td><code>publishFailed</code></td><td>a record, a frame, a request or an answer could not be published</td></tr><tr><td><code>malformedFrame</code></td><td>a frame of a stream, a heartbeat request or an answer to one cannot be read</td></tr><tr><td><code>unknownFrame</code></td><td>a frame of an unknown type came, and was dropped</td></tr><tr><td><code>malformedControl</code></td><td>a consumer&#39;s control frame cannot be read, or grants what was never sent</td></tr><tr><td><code>secondProducer</code></td><td>two producers serve one stream, for want of a queue group</td></tr><tr><td><code>requestRefused</code></td><td>an open request was refused; the message holds what its consumer is told</td></tr><tr><td><code>notPermitted</code></td><td>the server does not let the connection publish what a client sends: <code>operation</code> and <code>subject</code> say what</td></tr><tr><td><code>subscriptionLost</code></td><td>the server ended a subscription of the client</td></tr><tr><td><code>sourceFailed</code></td><td>a handler&#39;s source failed after its stream was over</td></tr><tr><td><code>callbackThrew</code></td><td>a callback of the application threw, or its promise rejected: an observer, a listener, <code>onSlow</code>, <code>onDebug</code></td></tr><tr><td><code>actorBroke</code></td><td>an actor of the client ended with an error: a fault of this package or of an observer</td></tr><tr><td><code>drainIncomplete</code></td><td><code>drain()</code> ran out of time before every reader had everything and every source had finished</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/guide/warnings.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const warnings = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  warnings as default
};
