{{%AUTOESCAPE context="HTML"}}
{{#SOME}}
<section class="card" aria-label="Models">
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of models">
<table class="stack">
<thead><tr><th scope="col">Model</th><th scope="col">State</th><th scope="col" class="num">Active version</th><th scope="col">Fitted</th><th scope="col" class="num">Rows</th><th scope="col" class="num">R²</th><th scope="col" class="num">Hold-out RMSE</th><th scope="col">Newest candidate</th></tr></thead>
<tbody>
{{#MODEL}}<tr><th scope="row" class="span"><a class="cell-link" href="/models/{{MODEL_NAME}}">{{MODEL_NAME}}</a><span class="sub">{{MODEL_TITLE}}</span></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td class="num" data-label="Active version">{{VERSION}}</td><td data-label="Fitted">{{#FITTED}}<time datetime="{{FITTED_ISO}}" title="{{FITTED_FULL}}">{{FITTED_AGO}}</time>{{/FITTED}}{{#NOT_FITTED}}–{{/NOT_FITTED}}</td><td class="num" data-label="Rows">{{ROWS}}</td><td class="num" data-label="R²">{{R2}}</td><td class="num" data-label="Hold-out RMSE">{{HOLDOUT_RMSE}}</td><td data-label="Newest candidate">{{NEWEST}}</td></tr>
{{/MODEL}}
</tbody>
</table>
</div>
</section>
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>There is no model.</strong> A model names a target, its inputs and the gate that a new fit must pass; a fresh installation brings one.</p></div>
{{/NONE}}
