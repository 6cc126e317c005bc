import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"API","description":"","frontmatter":{},"headers":[],"relativePath":"docs/api/index.md","filePath":"docs/api/index.md"}');
const _sfc_main = { name: "docs/api/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="api" tabindex="-1">API <a class="header-anchor" href="#api" aria-label="Permalink to &quot;API&quot;">​</a></h1><h2 id="modules" tabindex="-1">Modules <a class="header-anchor" href="#modules" aria-label="Permalink to &quot;Modules&quot;">​</a></h2><ul><li><a href="./nats-stream-actors.html">nats-stream-actors</a></li><li><a href="./nats-stream-actors/machines.html">nats-stream-actors/machines</a></li><li><a href="./nats-stream-actors/memory.html">nats-stream-actors/memory</a></li><li><a href="./nats-stream-actors/opentelemetry.html">nats-stream-actors/opentelemetry</a></li><li><a href="./nats-stream-actors/react.html">nats-stream-actors/react</a></li><li><a href="./nats-stream-actors/testing.html">nats-stream-actors/testing</a></li><li><a href="./nats-stream-actors/tracing.html">nats-stream-actors/tracing</a></li><li><a href="./nats-stream-actors/transport.html">nats-stream-actors/transport</a></li></ul></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/api/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
