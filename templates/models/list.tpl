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
{{#FORM}}
<details class="card more" {{#FORM_OPEN}}open{{/FORM_OPEN}}>
<summary>Add a model</summary>
<form class="form" method="post" action="/models" aria-label="Add a model">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_NAME}}field-bad{{/ERROR_NAME}}"><label for="f-name">Name</label><p class="help" id="name-help">Small letters, digits, - and _; it is its address, too</p>{{#ERROR_NAME}}<p class="field-error" id="name-error">{{ERROR_TEXT}}</p>{{/ERROR_NAME}}<input id="f-name" name="name" aria-describedby="name-help {{#ERROR_NAME}}name-error{{/ERROR_NAME}}" {{#ERROR_NAME}}aria-invalid="true"{{/ERROR_NAME}} maxlength="41" value="{{NAME}}" autocomplete="off" autocapitalize="none" spellcheck="false" required></div>
<div class="field {{#ERROR_TITLE}}field-bad{{/ERROR_TITLE}}"><label for="f-title">Title</label><p class="help" id="title-help">For people; made of target and inputs when empty</p>{{#ERROR_TITLE}}<p class="field-error" id="title-error">{{ERROR_TEXT}}</p>{{/ERROR_TITLE}}<input id="f-title" name="title" aria-describedby="title-help {{#ERROR_TITLE}}title-error{{/ERROR_TITLE}}" {{#ERROR_TITLE}}aria-invalid="true"{{/ERROR_TITLE}} maxlength="200" value="{{TITLE}}" autocomplete="off"></div>
<div class="field {{#ERROR_TARGET}}field-bad{{/ERROR_TARGET}}"><label for="f-target">Target</label><p class="help" id="target-help">What is explained: SYMBOL, or SYMBOL:open, SYMBOL:log, SYMBOL:return</p>{{#ERROR_TARGET}}<p class="field-error" id="target-error">{{ERROR_TEXT}}</p>{{/ERROR_TARGET}}<input id="f-target" name="target" aria-describedby="target-help {{#ERROR_TARGET}}target-error{{/ERROR_TARGET}}" {{#ERROR_TARGET}}aria-invalid="true"{{/ERROR_TARGET}} maxlength="100" value="{{TARGET}}" autocomplete="off" autocapitalize="none" spellcheck="false" required></div>
<div class="field {{#ERROR_INPUTS}}field-bad{{/ERROR_INPUTS}}"><label for="f-inputs">Inputs</label><p class="help" id="inputs-help">One a line: name=SYMBOL:field:transform:lag1. The field is of the bar, an indicator or a feature (close when left out); the transform log, diff, return or square</p>{{#ERROR_INPUTS}}<p class="field-error" id="inputs-error">{{ERROR_TEXT}}</p>{{/ERROR_INPUTS}}<textarea id="f-inputs" name="inputs" aria-describedby="inputs-help {{#ERROR_INPUTS}}inputs-error{{/ERROR_INPUTS}}" {{#ERROR_INPUTS}}aria-invalid="true"{{/ERROR_INPUTS}} rows="4" maxlength="8000" spellcheck="false" autocapitalize="none" required>{{INPUTS}}</textarea></div>
<div class="field"><label for="f-interval">Interval</label><select id="f-interval" name="interval">{{#INTERVAL_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INTERVAL_OPTION}}</select></div>
<label class="choice"><input type="checkbox" name="intercept" value="yes" {{#HAS_INTERCEPT}}checked{{/HAS_INTERCEPT}}><span>With an intercept</span></label>
<div class="field {{#ERROR_METHOD}}field-bad{{/ERROR_METHOD}}"><label for="f-method">Method</label><p class="help" id="method-help">How the coefficients are found</p>{{#ERROR_METHOD}}<p class="field-error" id="method-error">{{ERROR_TEXT}}</p>{{/ERROR_METHOD}}<select id="f-method" name="method" aria-describedby="method-help {{#ERROR_METHOD}}method-error{{/ERROR_METHOD}}" {{#ERROR_METHOD}}aria-invalid="true"{{/ERROR_METHOD}}>{{#METHOD_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/METHOD_OPTION}}</select></div>
<div class="field {{#ERROR_LAMBDA}}field-bad{{/ERROR_LAMBDA}}"><label for="f-lambda">Lambda</label><p class="help" id="lambda-help">Of ridge alone</p>{{#ERROR_LAMBDA}}<p class="field-error" id="lambda-error">{{ERROR_TEXT}}</p>{{/ERROR_LAMBDA}}<input id="f-lambda" name="lambda" aria-describedby="lambda-help {{#ERROR_LAMBDA}}lambda-error{{/ERROR_LAMBDA}}" {{#ERROR_LAMBDA}}aria-invalid="true"{{/ERROR_LAMBDA}} inputmode="decimal" maxlength="40" value="{{LAMBDA}}" autocomplete="off"></div>
<div class="field {{#ERROR_WINDOW}}field-bad{{/ERROR_WINDOW}}"><label for="f-window">Window</label><p class="help" id="window-help">All rows when empty; 500 for so many rows, 365d for days</p>{{#ERROR_WINDOW}}<p class="field-error" id="window-error">{{ERROR_TEXT}}</p>{{/ERROR_WINDOW}}<input id="f-window" name="window" aria-describedby="window-help {{#ERROR_WINDOW}}window-error{{/ERROR_WINDOW}}" {{#ERROR_WINDOW}}aria-invalid="true"{{/ERROR_WINDOW}} maxlength="20" value="{{WINDOW}}" autocomplete="off"></div>
<details class="more" {{#FORM_OPEN}}open{{/FORM_OPEN}}>
<summary>Gate, validation, shadow and return</summary>
<div class="form">
<label class="choice"><input type="checkbox" name="rolling" value="yes" {{#IS_ROLLING}}checked{{/IS_ROLLING}}><span>Folds are fitted on a rolling window instead of all rows before them</span></label>
{{#NUMBER}}<div class="field {{#NUMBER_ERROR}}field-bad{{/NUMBER_ERROR}}"><label for="f-{{NUMBER_FIELD}}">{{NUMBER_LABEL}}</label><p class="help" id="{{NUMBER_FIELD}}-help">{{NUMBER_HELP}}</p>{{#NUMBER_ERROR}}<p class="field-error" id="{{NUMBER_FIELD}}-error">{{ERROR_TEXT}}</p>{{/NUMBER_ERROR}}<input id="f-{{NUMBER_FIELD}}" name="{{NUMBER_FIELD}}" maxlength="40" value="{{NUMBER_VALUE}}" autocomplete="off" aria-describedby="{{NUMBER_FIELD}}-help {{#NUMBER_ERROR}}{{NUMBER_FIELD}}-error{{/NUMBER_ERROR}}" {{#NUMBER_ERROR}}aria-invalid="true"{{/NUMBER_ERROR}}></div>
{{/NUMBER}}
</div>
</details>
<div class="actions"><button class="button button-primary" type="submit">Add the model</button></div>
</form>
</details>
{{/FORM}}
