{{%AUTOESCAPE context="HTML"}}
<section class="verdict tone-{{TONE}}" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words">{{VERDICT_WORDS}}</p>{{#STALE}}<p>{{STALE_TEXT}}</p>{{/STALE}}<p>{{VERDICT_MORE_TEXT}}</p></div>
</section>
{{#ANSWERED}}
<section class="card" aria-labelledby="answered">
<h2 id="answered">{{ANSWERED_WORDS}}</h2>
{{#ANSWER}}
<p>From <span class="nowrap">{{ANSWER_SINCE}}</span> until <span class="nowrap">{{ANSWER_UNTIL}}</span>, by {{ANSWER_WHO}}: {{ANSWER_WHY}}. Fitted <time datetime="{{ANSWER_FITTED}}">{{ANSWER_FITTED}}</time>.</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of its coefficients">
<table>
<thead><tr><th scope="col">Input</th><th scope="col" class="num">Coefficient</th><th scope="col" class="num">Standard error</th></tr></thead>
<tbody>
{{#ANSWER_ROW}}<tr><th scope="row">{{ANSWER_NAME}}</th><td class="num">{{ANSWER_VALUE}}</td><td class="num">{{ANSWER_ERROR}}</td></tr>
{{/ANSWER_ROW}}
</tbody>
</table>
</div>
{{/ANSWER}}
</section>
{{/ANSWERED}}
{{#NO_VERSION}}
<div class="empty"><p><strong>No version yet.</strong> The retrain step of a run fits one as soon as {{MIN_ROWS}} rows are stored for which target and inputs are all known.</p>{{#IS_OPERATOR}}<a class="button button-primary" href="/trigger?mode=full_refresh">Set up a run</a>{{/IS_OPERATOR}}</div>
{{/NO_VERSION}}
{{#ACTIVE}}
<section class="card" aria-labelledby="coefficients">
<h2 id="coefficients">Coefficients of version {{VERSION}}</h2>
<p class="soft">{{EQUATION}}</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of coefficients">
<table class="stack">
<thead><tr><th scope="col">Input</th><th scope="col" class="num">Coefficient</th><th scope="col" class="num">± standard error</th><th scope="col" class="num">t</th><th scope="col">Two errors around it, and zero</th></tr></thead>
<tbody>
{{#COEFFICIENT}}<tr><th scope="row">{{COEFFICIENT_NAME}}</th><td class="num" data-label="Coefficient" title="{{COEFFICIENT_EXACT}}">{{COEFFICIENT_VALUE}}</td><td class="num" data-label="± standard error">{{COEFFICIENT_ERROR}}</td><td class="num" data-label="t">{{COEFFICIENT_T}}</td><td data-label="Two errors around it, and zero">{{#RANGE}}<svg class="range" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true"><path class="range-zero" d="M0 6H100M{{RANGE_ZERO}} 0V12"/><rect class="range-span" x="{{RANGE_FROM}}" y="4" width="{{RANGE_WIDTH}}" height="4"/><path class="range-at" d="M{{RANGE_AT}} 1V11"/></svg>{{/RANGE}}<span class="sub">{{COEFFICIENT_WORDS}}</span></td></tr>
{{/COEFFICIENT}}
</tbody>
</table>
</div>
</section>
<section class="card" aria-labelledby="fit">
<h2 id="fit">Fit</h2>
<dl class="facts">
<div><dt>R²</dt><dd>{{R2}}</dd></div>
<div><dt>RMSE</dt><dd>{{RMSE}}</dd></div>
<div><dt>Rows</dt><dd>{{ROWS}}</dd></div>
<div><dt>Hold-out R²</dt><dd>{{HOLDOUT_R2}}</dd></div>
<div><dt>Hold-out RMSE</dt><dd>{{HOLDOUT_RMSE}}</dd></div>
<div><dt>Former version, RMSE</dt><dd>{{CHAMPION_RMSE}}</dd></div>
<div><dt>Method</dt><dd>{{METHOD_WORDS}}</dd></div>
<div class="wide"><dt>Condition</dt><dd>{{CONDITION}}: <span class="soft">{{CONDITION_WORDS}}</span></dd></div>
<div class="wide"><dt>Rows of</dt><dd><time datetime="{{FIRST_DAY}}">{{FIRST_DAY}}</time> to <time datetime="{{LAST_DAY}}">{{LAST_DAY}}</time></dd></div>
</dl>
</section>
{{/ACTIVE}}
{{#FIT}}
{{#FIT_DRAWN}}
<section class="card" aria-label="Fitted against actual">
{{#OVER_TIME}}{{>PICTURE}}{{/OVER_TIME}}
{{#FIT_CUT}}<p class="soft">The newest rows, from {{FIT_FROM}} on; the fit has older ones as well.</p>{{/FIT_CUT}}
</section>
{{/FIT_DRAWN}}
{{#NO_FIT}}<div class="empty"><p><strong>No picture of the fit.</strong> No stored row has the target and all inputs of this version.</p></div>{{/NO_FIT}}
{{/FIT}}
<div class="grid grid-2">
{{#FIT}}{{#FIT_DRAWN}}
<section class="card" aria-label="Actual by fitted">
{{#SCATTER}}{{>PICTURE}}{{/SCATTER}}
</section>
{{/FIT_DRAWN}}{{/FIT}}
{{#LIVE}}
<section class="card" aria-labelledby="live">
<h2 id="live">On rows that came after the fit</h2>
{{#LIVE_SEEN}}<p>{{LIVE_WORDS}}</p>{{/LIVE_SEEN}}
{{#LIVE_UNSEEN}}<p>None yet. Each retraining measures the rows that have come since the fit.</p>{{/LIVE_UNSEEN}}
{{#LIVE_PICTURE}}{{>PICTURE}}{{/LIVE_PICTURE}}
{{#LIVE_BAND}}<p class="soft">{{BAND_WORDS}}</p>{{/LIVE_BAND}}
</section>
{{/LIVE}}
</div>
{{#SHADOW}}
<section class="card" aria-labelledby="shadow">
<h2 id="shadow">Version {{SHADOW_VERSION}} in shadow</h2>
<p>{{SHADOW_WORDS}}</p>
<progress max="{{SHADOW_OF}}" value="{{SHADOW_SEEN}}" aria-label="Live rows watched">{{SHADOW_SEEN}} of {{SHADOW_OF}}</progress>
</section>
{{/SHADOW}}
{{#CANDIDATE}}
<section class="card" aria-labelledby="scorecard">
<div class="card-head"><h2 id="scorecard">Scorecard of version {{CANDIDATE_VERSION}}</h2><span class="state state-{{CANDIDATE_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{CANDIDATE_SHAPE}}"/></svg>{{CANDIDATE_WORD}}</span></div>
<p class="soft">The newest fit, judged on the last part of the history, which it had not seen{{#CHALLENGED}}, against version {{CHALLENGED_VERSION}}{{/CHALLENGED}}.</p>
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
{{#FOLDS}}
<section class="card" aria-labelledby="folds">
<h2 id="folds">Walk-forward validation of version {{FOLDS_VERSION}}</h2>
<p class="soft">Each fold is judged by a fit on the rows before it, as if it had been done then.</p>
<div class="grid grid-2">
<div>{{#FOLDS_PICTURE}}{{>PICTURE}}{{/FOLDS_PICTURE}}</div>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of folds">
<table class="stack dense">
<thead><tr><th scope="col">Fold</th><th scope="col">Judged on</th><th scope="col">Fitted up to</th><th scope="col" class="num">RMSE</th><th scope="col" class="num">R²</th></tr></thead>
<tbody>
{{#FOLD}}<tr><th scope="row">{{FOLD_NUMBER}}</th><td class="span" data-label="Judged on"><time datetime="{{FOLD_FROM}}">{{FOLD_FROM}}</time> to <time datetime="{{FOLD_TO}}">{{FOLD_TO}}</time><span class="sub">{{FOLD_ROWS}} rows</span></td><td data-label="Fitted up to"><time datetime="{{FOLD_TRAIN_TO}}">{{FOLD_TRAIN_TO}}</time><span class="sub">{{FOLD_TRAIN_ROWS}} rows</span></td><td class="num" data-label="RMSE">{{FOLD_RMSE}}</td><td class="num" data-label="R²">{{FOLD_R2}}</td></tr>
{{/FOLD}}
</tbody>
</table>
</div>
</div>
</section>
{{/FOLDS}}
{{#VERSIONS}}
<section class="card" aria-labelledby="versions">
<h2 id="versions">Versions</h2>
{{#CHOICES}}<form class="form field" id="activate" method="post" action="/models/{{MODEL_NAME}}/activate"><input type="hidden" name="csrf" value="{{CSRF}}"><div class="field {{#WHY_ERROR}}field-bad{{/WHY_ERROR}}"><label for="f-why">Reason for another version</label><p class="help" id="why-help">Kept in the history with your name; a refused version cannot be taken without one. Then choose the version below; the one that answers now can be chosen again the same way.</p>{{#WHY_ERROR}}<p class="field-error" id="why-error">{{WHY_ERROR_TEXT}}</p>{{/WHY_ERROR}}<input id="f-why" name="why" maxlength="200" autocomplete="off" value="{{WHY}}" aria-describedby="why-help {{#WHY_ERROR}}why-error{{/WHY_ERROR}}" {{#WHY_ERROR}}aria-invalid="true"{{/WHY_ERROR}}></div></form>{{/CHOICES}}
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of versions">
<table class="stack">
<thead><tr><th scope="col">Version</th><th scope="col">State</th><th scope="col">Fitted</th><th scope="col" class="num">Rows</th><th scope="col" class="num">R²</th><th scope="col" class="num">Hold-out RMSE</th><th scope="col">Activated by</th><th scope="col">Run</th>{{#CHOICES}}<th scope="col"><span class="visually-hidden">Activate</span></th>{{/CHOICES}}</tr></thead>
<tbody>
{{#VERSION_ROW}}<tr><th scope="row">{{ROW_VERSION}}</th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span>{{#RETURNED}}<span class="sub">its live error left the band</span>{{/RETURNED}}</td><td data-label="Fitted">{{#FITTED}}<time datetime="{{FITTED_ISO}}" title="{{FITTED_FULL}}">{{FITTED_AGO}}</time>{{/FITTED}}</td><td class="num" data-label="Rows">{{ROWS}}</td><td class="num" data-label="R²">{{R2}}</td><td class="num" data-label="Hold-out RMSE">{{HOLDOUT_RMSE}}</td><td data-label="Activated by">{{#ACTIVATED}}{{ACTIVATED_WHO}}, {{#ACTIVATED_AT}}<time datetime="{{ACTIVATED_AT_ISO}}" title="{{ACTIVATED_AT_FULL}}">{{ACTIVATED_AT_AGO}}</time>{{/ACTIVATED_AT}}<span class="sub">{{ACTIVATED_WHY}}</span>{{/ACTIVATED}}{{#NEVER_ACTIVE}}<span class="zero">never active</span>{{/NEVER_ACTIVE}}</td><td data-label="Run">{{#VERSION_RUN}}<a class="cell-link" href="/runs/{{VERSION_RUN_ID}}">{{VERSION_RUN_ID}}</a>{{/VERSION_RUN}}{{#NO_VERSION_RUN}}<span class="zero">–</span>{{/NO_VERSION_RUN}}</td>{{#CHOICE_CELL}}<td class="span">{{#CHOICE}}<button class="button {{#CHOICE_REFUSED}}button-danger{{/CHOICE_REFUSED}}" form="activate" type="submit" name="version" value="{{ROW_VERSION}}">Activate<span class="visually-hidden"> version {{ROW_VERSION}}</span>{{#CHOICE_REFUSED}}, though refused{{/CHOICE_REFUSED}}</button>{{/CHOICE}}</td>{{/CHOICE_CELL}}</tr>
{{/VERSION_ROW}}
</tbody>
</table>
</div>
{{#VERSION_PAGES}}<nav class="pager" aria-label="Pages of versions">{{#NEWER_VERSIONS}}<a class="button" href="/models/{{MODEL_NAME}}#versions" rel="prev">← Newest</a>{{/NEWER_VERSIONS}}{{#OLDER_VERSIONS}}<a class="button" href="/models/{{MODEL_NAME}}?before={{BEFORE:u}}#versions" rel="next">Older →</a>{{/OLDER_VERSIONS}}</nav>{{/VERSION_PAGES}}
<form class="form" method="get" action="/models/{{MODEL_NAME}}">
<div class="field {{#ERROR_AS_OF}}field-bad{{/ERROR_AS_OF}}"><label for="f-as_of">Which version answered at</label><p class="help" id="as_of-help">A day or a time such as 2026-11-22T08:30, by your clocks unless it ends in Z or +01:00.</p>{{#ERROR_AS_OF}}<p class="field-error" id="as_of-error">{{ERROR_TEXT}}</p>{{/ERROR_AS_OF}}<input id="f-as_of" name="as_of" autocomplete="off" maxlength="40" value="{{AS_OF}}" aria-describedby="as_of-help {{#ERROR_AS_OF}}as_of-error{{/ERROR_AS_OF}}" {{#ERROR_AS_OF}}aria-invalid="true"{{/ERROR_AS_OF}}></div>
<div class="actions"><button class="button" type="submit">Show</button></div>
</form>
</section>
{{/VERSIONS}}
{{#SPEC}}
<section class="card" aria-labelledby="spec">
<h2 id="spec">What it is to be</h2>
<dl class="facts">{{#SPEC_FACT}}<div><dt>{{FACT_NAME}}</dt><dd>{{FACT_VALUE}}</dd></div>{{/SPEC_FACT}}</dl>
{{#MAY_SWITCH}}<form class="actions" method="post" action="/models/{{SPEC_MODEL}}/switch"><input type="hidden" name="csrf" value="{{CSRF}}">{{#IS_ENABLED}}<button class="button" type="submit" name="enabled" value="no">Stop retraining {{SPEC_MODEL}}</button>{{/IS_ENABLED}}{{#IS_DISABLED}}<button class="button" type="submit" name="enabled" value="yes">Retrain {{SPEC_MODEL}} with every run again</button>{{/IS_DISABLED}}</form>{{/MAY_SWITCH}}
</section>
{{/SPEC}}
