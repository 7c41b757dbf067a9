{{%AUTOESCAPE context="HTML"}}
<form class="form form-split" method="post" action="/trigger" data-forecast="/trigger">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="form-main">
<fieldset class="card {{#ERROR_MODE}}field-bad{{/ERROR_MODE}}" id="f-mode" tabindex="-1">
<legend><h2>Mode</h2></legend>
{{#ERROR_MODE}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_MODE}}
<div class="choices">
<label class="choice"><input type="radio" name="mode" value="incremental" {{#MODE_INCREMENTAL}}checked{{/MODE_INCREMENTAL}}><span>Incremental<span class="sub">From the last stored bar on, with a short overlap for corrections</span></span></label>
<label class="choice"><input type="radio" name="mode" value="full_refresh" {{#MODE_FULL_REFRESH}}checked{{/MODE_FULL_REFRESH}}><span>Full refresh<span class="sub">All history that the providers have</span></span></label>
<label class="choice"><input type="radio" name="mode" value="backfill" {{#MODE_BACKFILL}}checked{{/MODE_BACKFILL}}><span>Backfill<span class="sub">Exactly the dates below</span></span></label>
</div>
<div class="field-row">
<div class="field {{#ERROR_FROM}}field-bad{{/ERROR_FROM}}"><label for="f-from">From</label><p class="help" id="from-help">First day, for a backfill</p>{{#ERROR_FROM}}<p class="field-error" id="from-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM}}<input id="f-from" name="from" type="{{FROM_TYPE}}" value="{{FROM}}" aria-describedby="from-help {{#ERROR_FROM}}from-error{{/ERROR_FROM}}" {{#ERROR_FROM}}aria-invalid="true"{{/ERROR_FROM}}></div>
<div class="field {{#ERROR_TO}}field-bad{{/ERROR_TO}}"><label for="f-to">To</label><p class="help" id="to-help">Last day, included</p>{{#ERROR_TO}}<p class="field-error" id="to-error">{{ERROR_TEXT}}</p>{{/ERROR_TO}}<input id="f-to" name="to" type="{{TO_TYPE}}" value="{{TO}}" aria-describedby="to-help {{#ERROR_TO}}to-error{{/ERROR_TO}}" {{#ERROR_TO}}aria-invalid="true"{{/ERROR_TO}}></div>
</div>
</fieldset>
<fieldset class="card {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}" id="f-instrument" tabindex="-1">
<legend><h2>Instruments</h2></legend>
<p class="help">None chosen means all active ones.</p>
{{#ERROR_INSTRUMENT}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}
{{#NO_INSTRUMENTS}}<p class="notice notice-warn">There is no active instrument, so there is nothing to fetch.</p>{{/NO_INSTRUMENTS}}
{{#FEW}}<div class="choices">
{{#INSTRUMENT}}<label class="choice"><input type="checkbox" name="instrument" value="{{SYMBOL}}" {{#CHECKED}}checked{{/CHECKED}}><span>{{SYMBOL}}<span class="sub">{{INSTRUMENT_TITLE}}</span></span></label>
{{/INSTRUMENT}}
</div>{{/FEW}}
{{#MANY}}<div class="field"><label for="f-symbols">Symbols</label><p class="help" id="symbols-help">Separated by blanks; there are {{MANY_COUNT}}</p><textarea id="f-symbols" name="instrument" aria-describedby="symbols-help">{{MANY_VALUE}}</textarea></div>{{/MANY}}
</fieldset>
<fieldset class="card {{#ERROR_STEP}}field-bad{{/ERROR_STEP}}" id="f-step" tabindex="-1">
<legend><h2>Steps</h2></legend>
<p class="help">None chosen means all three.</p>
{{#ERROR_STEP}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_STEP}}
<div class="choices">
<label class="choice"><input type="checkbox" name="step" value="fetch" {{#STEP_FETCH}}checked{{/STEP_FETCH}}><span>Fetch<span class="sub">Ask the providers, keep the raw answers</span></span></label>
<label class="choice"><input type="checkbox" name="step" value="process" {{#STEP_PROCESS}}checked{{/STEP_PROCESS}}><span>Process<span class="sub">Check the rows and store them</span></span></label>
<label class="choice"><input type="checkbox" name="step" value="retrain" {{#STEP_RETRAIN}}checked{{/STEP_RETRAIN}}><span>Retrain<span class="sub">Fit the models, judge them at the gate</span></span></label>
</div>
</fieldset>
<div class="card field {{#ERROR_REASON}}field-bad{{/ERROR_REASON}}"><label for="f-reason">Reason</label><p class="help" id="reason-help">For whoever looks at this run later; may be left out</p>{{#ERROR_REASON}}<p class="field-error" id="reason-error">{{ERROR_TEXT}}</p>{{/ERROR_REASON}}<input id="f-reason" name="reason" maxlength="200" value="{{REASON}}" autocomplete="off" aria-describedby="reason-help {{#ERROR_REASON}}reason-error{{/ERROR_REASON}}" {{#ERROR_REASON}}aria-invalid="true"{{/ERROR_REASON}}></div>
</div>
<section class="card form-aside" aria-labelledby="forecast-title">
<h2 id="forecast-title">Forecast</h2>
<div class="forecast" id="forecast" role="status">
{{#FORECAST}}<p class="forecast-words">{{FORECAST_WORDS}}</p><p class="soft">{{FORECAST_MORE}}</p>{{/FORECAST}}
{{#FORECAST_ERROR}}<p class="forecast-words">This cannot run yet</p><p>{{FORECAST_ERROR_TEXT}}</p>{{/FORECAST_ERROR}}
</div>
<div class="actions">
<button class="button button-primary" type="submit">Start the run</button>
<button class="button" type="submit" formmethod="get" formnovalidate>Show forecast</button>
</div>
</section>
</form>
