{{%AUTOESCAPE context="HTML"}}
<section class="verdict tone-{{TONE}}" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words">{{VERDICT_WORDS}}</p>{{#STALE}}<p>{{STALE_TEXT}}</p>{{/STALE}}<p>{{VERDICT_MORE_TEXT}}</p></div>
</section>
{{#NO_VERSION}}
<div class="empty"><p><strong>No version yet.</strong> The retrain step of a run fits one as soon as {{MIN_ROWS}} days are stored for which target and inputs are all known.</p>{{#IS_OPERATOR}}<a class="button button-primary" href="/trigger?mode=full_refresh">Set up a run</a>{{/IS_OPERATOR}}</div>
{{/NO_VERSION}}
{{#ACTIVE}}
<div class="grid grid-wide">
<section class="card" aria-labelledby="coefficients">
<h2 id="coefficients">Coefficients of version {{VERSION}}</h2>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of coefficients">
<table class="stack">
<caption>{{EQUATION}}</caption>
<thead><tr><th scope="col">Input</th><th scope="col" class="num">Coefficient</th><th scope="col" class="num">Standard error</th><th scope="col" class="num">Ratio</th></tr></thead>
<tbody>
{{#COEFFICIENT}}<tr><th scope="row">{{COEFFICIENT_NAME}}</th><td class="num" data-label="Coefficient" title="{{COEFFICIENT_EXACT}}">{{COEFFICIENT_VALUE}}</td><td class="num" data-label="Standard error">{{COEFFICIENT_ERROR}}</td><td class="num" data-label="Ratio">{{COEFFICIENT_RATIO}}</td></tr>
{{/COEFFICIENT}}
</tbody>
</table>
</div>
</section>
<section class="card" aria-labelledby="fit">
<h2 id="fit">Fit</h2>
<dl class="facts">
<div><dt>R²</dt><dd>{{R2}}</dd></div>
<div><dt>RMSE ({{UNIT}})</dt><dd>{{RMSE}}</dd></div>
<div><dt>Condition</dt><dd>{{CONDITION}}</dd></div>
<div><dt>Rows</dt><dd>{{ROWS}}</dd></div>
<div><dt>Hold-out R²</dt><dd>{{HOLDOUT_R2}}</dd></div>
<div><dt>Hold-out RMSE ({{UNIT}})</dt><dd>{{HOLDOUT_RMSE}}</dd></div>
<div><dt>Former version, RMSE</dt><dd>{{CHAMPION_RMSE}}</dd></div>
<div class="wide"><dt>Days</dt><dd><time datetime="{{FIRST_DAY}}">{{FIRST_DAY}}</time> to <time datetime="{{LAST_DAY}}">{{LAST_DAY}}</time></dd></div>
</dl>
</section>
</div>
{{/ACTIVE}}
{{#CANDIDATE}}
<section class="card" aria-labelledby="scorecard">
<div class="card-head"><h2 id="scorecard">Scorecard of version {{CANDIDATE_VERSION}}</h2><span class="state state-{{CANDIDATE_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{CANDIDATE_SHAPE}}"/></svg>{{CANDIDATE_WORD}}</span></div>
<p class="soft">The newest fit, judged on the last part of the history, which it had not seen.</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of rules">
<table class="stack">
<thead><tr><th scope="col">Rule</th><th scope="col">Verdict</th><th scope="col" class="num">Value</th><th scope="col" class="num">Limit</th><th scope="col">In words</th></tr></thead>
<tbody>
{{#RULE}}<tr><th scope="row" class="nowrap">{{RULE_NAME}}</th><td><span class="state state-{{RULE_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{RULE_SHAPE}}"/></svg>{{RULE_WORD}}</span></td><td class="num" data-label="Value">{{RULE_VALUE}}</td><td class="num" data-label="Limit">{{RULE_LIMIT}}</td><td class="words" data-label="In words">{{RULE_TEXT}}</td></tr>
{{/RULE}}
</tbody>
</table>
</div>
</section>
{{/CANDIDATE}}
{{#VERSIONS}}
<section class="card" aria-labelledby="versions">
<h2 id="versions">Versions</h2>
{{#CHOICES}}<form class="form field" id="activate" method="post" action="/models/{{MODEL_NAME}}/activate"><input type="hidden" name="csrf" value="{{CSRF}}"><div class="field {{#WHY_ERROR}}field-bad{{/WHY_ERROR}}"><label for="f-why">Reason for another version</label><p class="help" id="why-help">Kept in the history with your name. Then choose the version below.</p>{{#WHY_ERROR}}<p class="field-error" id="why-error">{{WHY_ERROR_TEXT}}</p>{{/WHY_ERROR}}<input id="f-why" name="why" required maxlength="200" autocomplete="off" value="{{WHY}}" aria-describedby="why-help {{#WHY_ERROR}}why-error{{/WHY_ERROR}}" {{#WHY_ERROR}}aria-invalid="true"{{/WHY_ERROR}}></div></form>{{/CHOICES}}
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of versions">
<table class="stack">
<thead><tr><th scope="col">Version</th><th scope="col">State</th><th scope="col">Fitted</th><th scope="col" class="num">Rows</th><th scope="col" class="num">R²</th><th scope="col" class="num">Hold-out RMSE</th><th scope="col">Activated by</th><th scope="col">Run</th>{{#CHOICES}}<th scope="col"><span class="visually-hidden">Activate</span></th>{{/CHOICES}}</tr></thead>
<tbody>
{{#VERSION_ROW}}<tr><th scope="row">{{ROW_VERSION}}</th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td data-label="Fitted">{{#FITTED}}<time datetime="{{FITTED_ISO}}" title="{{FITTED_FULL}}">{{FITTED_AGO}}</time>{{/FITTED}}</td><td class="num" data-label="Rows">{{ROWS}}</td><td class="num" data-label="R²">{{R2}}</td><td class="num" data-label="Hold-out RMSE">{{HOLDOUT_RMSE}}</td><td data-label="Activated by">{{#ACTIVATED}}{{ACTIVATED_WHO}}, {{#ACTIVATED_AT}}<time datetime="{{ACTIVATED_AT_ISO}}" title="{{ACTIVATED_AT_FULL}}">{{ACTIVATED_AT_AGO}}</time>{{/ACTIVATED_AT}}<span class="sub">{{ACTIVATED_WHY}}</span>{{/ACTIVATED}}{{#NEVER_ACTIVE}}<span class="zero">never active</span>{{/NEVER_ACTIVE}}</td><td data-label="Run">{{#VERSION_RUN}}<a class="cell-link" href="/runs/{{VERSION_RUN_ID}}">{{VERSION_RUN_ID}}</a>{{/VERSION_RUN}}{{#NO_VERSION_RUN}}<span class="zero">–</span>{{/NO_VERSION_RUN}}</td>{{#CHOICE_CELL}}<td class="span">{{#CHOICE}}<button class="button {{#CHOICE_REFUSED}}button-danger{{/CHOICE_REFUSED}}" form="activate" type="submit" name="version" value="{{ROW_VERSION}}">Activate version {{ROW_VERSION}}{{#CHOICE_REFUSED}}, though refused{{/CHOICE_REFUSED}}</button>{{/CHOICE}}</td>{{/CHOICE_CELL}}</tr>
{{/VERSION_ROW}}
</tbody>
</table>
</div>
{{#VERSIONS_CUT}}<p class="soft">{{VERSIONS_CUT_TEXT}}</p>{{/VERSIONS_CUT}}
</section>
{{/VERSIONS}}
