{{%AUTOESCAPE context="HTML"}}
{{#SOME}}
{{#MODEL}}
<section class="card" aria-labelledby="model-{{MODEL_NAME}}">
<div class="card-head"><h2 id="model-{{MODEL_NAME}}"><a class="cell-link" href="/models/{{MODEL_NAME}}">{{MODEL_NAME}}</a></h2><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></div>
<p><strong>{{VERDICT_WORDS}}.</strong>{{#IS_OFF}} It is switched off: nothing is retrained.{{/IS_OFF}}</p>
<p class="soft">{{MODEL_TITLE}}</p>
{{#ACTIVE}}<dl class="facts">
<div><dt>Active version</dt><dd>{{VERSION}}</dd></div>
<div><dt>Fitted</dt><dd>{{#FITTED}}<time datetime="{{FITTED_ISO}}" title="{{FITTED_FULL}}">{{FITTED_AGO}}</time>{{/FITTED}}</dd></div>
<div><dt>Rows</dt><dd>{{ROWS}}</dd></div>
<div><dt>R²</dt><dd>{{R2}}</dd></div>
<div><dt>Hold-out RMSE</dt><dd>{{HOLDOUT_RMSE}}</dd></div>
<div><dt>Live RMSE</dt><dd>{{LIVE_RMSE}}</dd></div>
{{#IN_SHADOW}}<div><dt>In shadow</dt><dd>version {{SHADOW_VERSION}}, {{SHADOW_SEEN}} of {{SHADOW_ROWS}} rows</dd></div>{{/IN_SHADOW}}
{{#NEWER}}<div><dt>Newest version</dt><dd>{{NEWER_VERSION}}, {{NEWER_STATE}}</dd></div>{{/NEWER}}
</dl>{{/ACTIVE}}
</section>
{{/MODEL}}
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>There is no model.</strong> A model names a target, its inputs and the gate that a new fit must pass; a fresh installation brings one, and <code>quotemill model add</code> makes others.</p></div>
{{/NONE}}
