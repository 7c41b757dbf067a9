{{%AUTOESCAPE context="HTML"}}
{{! static/forecast.js keeps the trial true while the form is filled in. What a
    chosen term does not need is hidden by the style sheet alone. }}
{{>TABS}}
{{#CONFLICT}}
<section class="card" aria-labelledby="conflict-title">
<h2 id="conflict-title">What is stored now</h2>
<p><strong>{{CONFLICT_NAME}}</strong>: {{CONFLICT_WORDS}} <span class="soft">({{CONFLICT_MORE}}; changed {{#CHANGED}}<time datetime="{{CHANGED_ISO}}" title="{{CHANGED_FULL}}">{{CHANGED_AGO}}</time>{{/CHANGED}})</span></p>
<p>The form below has what you typed. Saving it again replaces what is stored. <a href="/alerts/{{RULE_ID}}/edit">Begin again with what is stored</a></p>
</section>
{{/CONFLICT}}
{{#IS_NEW}}
<nav class="card presets" aria-label="Kinds of rules">
<ul>{{#PRESET}}<li><a class="button" href="{{PRESET_URL}}" {{#CHOSEN}}aria-current="true"{{/CHOSEN}}>{{PRESET_TITLE}}</a></li>{{/PRESET}}</ul>
</nav>
{{/IS_NEW}}
<form class="form form-split form-halves" method="post" action="{{SELF_URL}}" data-forecast="{{SELF_URL}}" data-forecast-method="post" data-forecast-parts="trial-words trial-more">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="kind" value="{{KIND}}">
<input type="hidden" name="preset" value="{{PRESET_NAME}}">
<input type="hidden" name="version" value="{{VERSION}}">
<div class="form-main">
{{#SERIES}}
<fieldset class="card rule-when"><legend><h2>When</h2></legend>
{{#NO_INSTRUMENTS}}<p class="notice notice-warn">There is no active instrument to watch. <a href="/instruments?add=1">Add one</a></p>{{/NO_INSTRUMENTS}}
<div class="field-row">
<div class="field {{#ERROR_SYMBOL}}field-bad{{/ERROR_SYMBOL}}"><label for="f-symbol">Instrument</label>{{#ERROR_SYMBOL}}<p class="field-error" id="symbol-error">{{ERROR_TEXT}}</p>{{/ERROR_SYMBOL}}<select id="f-symbol" name="symbol" {{#ERROR_SYMBOL}}aria-invalid="true" aria-describedby="symbol-error"{{/ERROR_SYMBOL}}><option value="">choose</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_INTERVAL}}field-bad{{/ERROR_INTERVAL}}"><label for="f-interval">Bars of</label>{{#ERROR_INTERVAL}}<p class="field-error" id="interval-error">{{ERROR_TEXT}}</p>{{/ERROR_INTERVAL}}<select id="f-interval" name="interval" {{#ERROR_INTERVAL}}aria-invalid="true" aria-describedby="interval-error"{{/ERROR_INTERVAL}}>{{#INTERVAL_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INTERVAL_OPTION}}</select></div>
</div>
<div class="field-row">
<div class="field {{#ERROR_LEFT}}field-bad{{/ERROR_LEFT}}"><label for="f-left">What is watched</label>{{#ERROR_LEFT}}<p class="field-error" id="left-error">{{ERROR_TEXT}}</p>{{/ERROR_LEFT}}<select id="f-left" name="left" {{#ERROR_LEFT}}aria-invalid="true" aria-describedby="left-error"{{/ERROR_LEFT}}>{{#LEFT_GROUP}}<optgroup label="{{GROUP_NAME}}">{{#TERM}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/TERM}}</optgroup>{{/LEFT_GROUP}}</select></div>
<div class="field left-bars {{#ERROR_LEFT_BARS}}field-bad{{/ERROR_LEFT_BARS}}"><label for="f-left_bars">N, bars</label>{{#ERROR_LEFT_BARS}}<p class="field-error" id="left_bars-error">{{ERROR_TEXT}}</p>{{/ERROR_LEFT_BARS}}<input id="f-left_bars" name="left_bars" value="{{LEFT_BARS}}" maxlength="4" autocomplete="off" inputmode="numeric" {{#ERROR_LEFT_BARS}}aria-invalid="true" aria-describedby="left_bars-error"{{/ERROR_LEFT_BARS}}></div>
</div>
<div class="field {{#ERROR_OP}}field-bad{{/ERROR_OP}}"><label for="f-op">Comparison</label>{{#ERROR_OP}}<p class="field-error" id="op-error">{{ERROR_TEXT}}</p>{{/ERROR_OP}}<select id="f-op" name="op" {{#ERROR_OP}}aria-invalid="true" aria-describedby="op-error"{{/ERROR_OP}}>{{#OP_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/OP_OPTION}}</select></div>
<div class="field-row">
<div class="field {{#ERROR_RIGHT}}field-bad{{/ERROR_RIGHT}}"><label for="f-right">Compared with</label>{{#ERROR_RIGHT}}<p class="field-error" id="right-error">{{ERROR_TEXT}}</p>{{/ERROR_RIGHT}}<select id="f-right" name="right" {{#ERROR_RIGHT}}aria-invalid="true" aria-describedby="right-error"{{/ERROR_RIGHT}}><option value="number" {{#RIGHT_NUMBER}}selected{{/RIGHT_NUMBER}}>A number</option>{{#RIGHT_GROUP}}<optgroup label="{{GROUP_NAME}}">{{#TERM}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/TERM}}</optgroup>{{/RIGHT_GROUP}}</select></div>
<div class="field right-number {{#ERROR_NUMBER}}field-bad{{/ERROR_NUMBER}}"><label for="f-number">The number</label>{{#ERROR_NUMBER}}<p class="field-error" id="number-error">{{ERROR_TEXT}}</p>{{/ERROR_NUMBER}}<input id="f-number" name="number" value="{{NUMBER}}" maxlength="40" autocomplete="off" inputmode="decimal" {{#ERROR_NUMBER}}aria-invalid="true" aria-describedby="number-error"{{/ERROR_NUMBER}}></div>
<div class="field right-bars {{#ERROR_RIGHT_BARS}}field-bad{{/ERROR_RIGHT_BARS}}"><label for="f-right_bars">N, bars</label>{{#ERROR_RIGHT_BARS}}<p class="field-error" id="right_bars-error">{{ERROR_TEXT}}</p>{{/ERROR_RIGHT_BARS}}<input id="f-right_bars" name="right_bars" value="{{RIGHT_BARS}}" maxlength="4" autocomplete="off" inputmode="numeric" {{#ERROR_RIGHT_BARS}}aria-invalid="true" aria-describedby="right_bars-error"{{/ERROR_RIGHT_BARS}}></div>
</div>
<div class="field {{#ERROR_FOR_BARS}}field-bad{{/ERROR_FOR_BARS}}"><label for="f-for_bars">On so many bars in a row</label><p class="help" id="for_bars-help">1: at once. A crossing happens on one bar</p>{{#ERROR_FOR_BARS}}<p class="field-error" id="for_bars-error">{{ERROR_TEXT}}</p>{{/ERROR_FOR_BARS}}<input id="f-for_bars" name="for_bars" value="{{FOR_BARS}}" maxlength="4" autocomplete="off" inputmode="numeric" aria-describedby="for_bars-help {{#ERROR_FOR_BARS}}for_bars-error{{/ERROR_FOR_BARS}}" {{#ERROR_FOR_BARS}}aria-invalid="true"{{/ERROR_FOR_BARS}}></div>
</fieldset>
{{/SERIES}}
{{#PIPELINE}}
<fieldset class="card"><legend><h2>When</h2></legend>
<div class="field {{#ERROR_CONDITION}}field-bad{{/ERROR_CONDITION}}"><label for="f-condition">Condition</label>{{#ERROR_CONDITION}}<p class="field-error" id="condition-error">{{ERROR_TEXT}}</p>{{/ERROR_CONDITION}}<select id="f-condition" name="condition" {{#ERROR_CONDITION}}aria-invalid="true" aria-describedby="condition-error"{{/ERROR_CONDITION}}>{{#CONDITION_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/CONDITION_OPTION}}</select></div>
<div class="field-row">
<div class="field {{#ERROR_THRESHOLD}}field-bad{{/ERROR_THRESHOLD}}"><label for="f-threshold">Threshold</label><p class="help" id="threshold-help">Of conditions with a unit; empty: the usual one</p>{{#ERROR_THRESHOLD}}<p class="field-error" id="threshold-error">{{ERROR_TEXT}}</p>{{/ERROR_THRESHOLD}}<input id="f-threshold" name="threshold" value="{{THRESHOLD}}" maxlength="40" autocomplete="off" inputmode="decimal" aria-describedby="threshold-help {{#ERROR_THRESHOLD}}threshold-error{{/ERROR_THRESHOLD}}" {{#ERROR_THRESHOLD}}aria-invalid="true"{{/ERROR_THRESHOLD}}></div>
<div class="field {{#ERROR_SUBJECT}}field-bad{{/ERROR_SUBJECT}}"><label for="f-subject">Only for</label><p class="help" id="subject-help">One schedule, instrument, provider or model; empty: any</p>{{#ERROR_SUBJECT}}<p class="field-error" id="subject-error">{{ERROR_TEXT}}</p>{{/ERROR_SUBJECT}}<input id="f-subject" name="subject" value="{{SUBJECT}}" maxlength="120" autocomplete="off" spellcheck="false" aria-describedby="subject-help {{#ERROR_SUBJECT}}subject-error{{/ERROR_SUBJECT}}" {{#ERROR_SUBJECT}}aria-invalid="true"{{/ERROR_SUBJECT}}></div>
</div>
</fieldset>
{{/PIPELINE}}
<fieldset class="card {{#ERROR_CHANNEL}}field-bad{{/ERROR_CHANNEL}}" id="f-channel" tabindex="-1"><legend><h2>Who is told</h2></legend>
<div class="field {{#ERROR_SEVERITY}}field-bad{{/ERROR_SEVERITY}}"><label for="f-severity">Severity</label>{{#ERROR_SEVERITY}}<p class="field-error" id="severity-error">{{ERROR_TEXT}}</p>{{/ERROR_SEVERITY}}<select id="f-severity" name="severity" {{#ERROR_SEVERITY}}aria-invalid="true" aria-describedby="severity-error"{{/ERROR_SEVERITY}}>{{#SEVERITY_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/SEVERITY_OPTION}}</select></div>
<p class="help" id="channel-help">Channels; none chosen: those of the severity.</p>
{{#ERROR_CHANNEL}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_CHANNEL}}
<div class="choices" role="group" aria-label="Channels" aria-describedby="channel-help">{{#CHANNEL}}<label class="choice"><input type="checkbox" name="channel" value="{{CHANNEL_ID}}" {{#CHECKED}}checked{{/CHECKED}}><span>{{CHANNEL_NAME}}<span class="sub">{{CHANNEL_KIND}}</span></span></label>
{{/CHANNEL}}</div>
<label class="choice"><input type="checkbox" name="tell_resolved" value="yes" {{#TELL_RESOLVED}}checked{{/TELL_RESOLVED}}><span>Tell when it is over, too</span></label>
</fieldset>
<details class="card more" {{#CALM_OPEN}}open{{/CALM_OPEN}}><summary>Not too often, and when data stops</summary>
<div class="form">
<div class="field-row">
<div class="field {{#ERROR_COOLDOWN}}field-bad{{/ERROR_COOLDOWN}}"><label for="f-cooldown">Cooldown</label><p class="help" id="cooldown-help">30m, 4h, 2d: not again for so long</p>{{#ERROR_COOLDOWN}}<p class="field-error" id="cooldown-error">{{ERROR_TEXT}}</p>{{/ERROR_COOLDOWN}}<input id="f-cooldown" name="cooldown" value="{{COOLDOWN}}" maxlength="20" autocomplete="off" aria-describedby="cooldown-help {{#ERROR_COOLDOWN}}cooldown-error{{/ERROR_COOLDOWN}}" {{#ERROR_COOLDOWN}}aria-invalid="true"{{/ERROR_COOLDOWN}}></div>
{{#SERIES}}<div class="field {{#ERROR_CLEAR}}field-bad{{/ERROR_CLEAR}}"><label for="f-clear">Clear level</label><p class="help" id="clear-help">Resolved only when it is reached</p>{{#ERROR_CLEAR}}<p class="field-error" id="clear-error">{{ERROR_TEXT}}</p>{{/ERROR_CLEAR}}<input id="f-clear" name="clear" value="{{CLEAR}}" maxlength="40" autocomplete="off" inputmode="decimal" aria-describedby="clear-help {{#ERROR_CLEAR}}clear-error{{/ERROR_CLEAR}}" {{#ERROR_CLEAR}}aria-invalid="true"{{/ERROR_CLEAR}}></div>{{/SERIES}}
</div>
{{#SERIES}}<div class="field {{#ERROR_NO_DATA}}field-bad{{/ERROR_NO_DATA}}"><label for="f-no_data">No data after</label><p class="help" id="no_data-help">30m, 4h, 2d without a new bar; empty: silence is not watched</p>{{#ERROR_NO_DATA}}<p class="field-error" id="no_data-error">{{ERROR_TEXT}}</p>{{/ERROR_NO_DATA}}<input id="f-no_data" name="no_data" value="{{NO_DATA}}" maxlength="20" autocomplete="off" aria-describedby="no_data-help {{#ERROR_NO_DATA}}no_data-error{{/ERROR_NO_DATA}}" {{#ERROR_NO_DATA}}aria-invalid="true"{{/ERROR_NO_DATA}}></div>{{/SERIES}}
<label class="choice"><input type="checkbox" name="once" value="yes" {{#ONCE}}checked{{/ONCE}}><span>Only once<span class="sub">It is done when it has fired and resolved</span></span></label>
</div>
</details>
<details class="card more" {{#INSIST_OPEN}}open{{/INSIST_OPEN}}><summary>Reminders and escalation</summary>
<div class="form">
<div class="field-row">
<div class="field {{#ERROR_REMIND}}field-bad{{/ERROR_REMIND}}"><label for="f-remind">Remind every</label><p class="help" id="remind-help">15m, 1h, until somebody acknowledges it; empty: never</p>{{#ERROR_REMIND}}<p class="field-error" id="remind-error">{{ERROR_TEXT}}</p>{{/ERROR_REMIND}}<input id="f-remind" name="remind" value="{{REMIND}}" maxlength="20" autocomplete="off" aria-describedby="remind-help {{#ERROR_REMIND}}remind-error{{/ERROR_REMIND}}" {{#ERROR_REMIND}}aria-invalid="true"{{/ERROR_REMIND}}></div>
<div class="field {{#ERROR_ESCALATE}}field-bad{{/ERROR_ESCALATE}}"><label for="f-escalate">Escalate after</label><p class="help" id="escalate-help">10m, 1h without acknowledgement; empty: never</p>{{#ERROR_ESCALATE}}<p class="field-error" id="escalate-error">{{ERROR_TEXT}}</p>{{/ERROR_ESCALATE}}<input id="f-escalate" name="escalate" value="{{ESCALATE}}" maxlength="20" autocomplete="off" aria-describedby="escalate-help {{#ERROR_ESCALATE}}escalate-error{{/ERROR_ESCALATE}}" {{#ERROR_ESCALATE}}aria-invalid="true"{{/ERROR_ESCALATE}}></div>
</div>
<div class="field {{#ERROR_ESCALATE_TO}}field-bad{{/ERROR_ESCALATE_TO}}" id="f-escalate_to" tabindex="-1"><p class="help" id="escalate_to-help">Escalate to</p>{{#ERROR_ESCALATE_TO}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_ESCALATE_TO}}
<div class="choices" role="group" aria-labelledby="escalate_to-help">{{#ESCALATION}}<label class="choice"><input type="checkbox" name="escalate_to" value="{{CHANNEL_ID}}" {{#CHECKED}}checked{{/CHECKED}}><span>{{CHANNEL_NAME}}<span class="sub">{{CHANNEL_KIND}}</span></span></label>
{{/ESCALATION}}</div></div>
</div>
</details>
<fieldset class="card"><legend><h2>Name</h2></legend>
<div class="field {{#ERROR_NAME}}field-bad{{/ERROR_NAME}}"><label for="f-name">Name</label><p class="help" id="name-help">Empty: made of the rule</p>{{#ERROR_NAME}}<p class="field-error" id="name-error">{{ERROR_TEXT}}</p>{{/ERROR_NAME}}<input id="f-name" name="name" value="{{NAME}}" maxlength="120" autocomplete="off" aria-describedby="name-help {{#ERROR_NAME}}name-error{{/ERROR_NAME}}" {{#ERROR_NAME}}aria-invalid="true"{{/ERROR_NAME}}></div>
<div class="field {{#ERROR_NOTE}}field-bad{{/ERROR_NOTE}}"><label for="f-note">What to do</label><p class="help" id="note-help">Told with every message</p>{{#ERROR_NOTE}}<p class="field-error" id="note-error">{{ERROR_TEXT}}</p>{{/ERROR_NOTE}}<textarea id="f-note" name="note" rows="3" maxlength="2000" aria-describedby="note-help {{#ERROR_NOTE}}note-error{{/ERROR_NOTE}}" {{#ERROR_NOTE}}aria-invalid="true"{{/ERROR_NOTE}}>{{NOTE}}</textarea></div>
<div class="choices"><label class="choice"><input type="checkbox" name="enabled" value="yes" {{#ENABLED}}checked{{/ENABLED}}><span>Switched on</span></label>
<label class="choice"><input type="checkbox" name="shared" value="yes" {{#SHARED}}checked{{/SHARED}}><span>Shared<span class="sub">Everybody may see it</span></span></label></div>
</fieldset>
</div>
<section class="card form-aside" aria-labelledby="trial-title">
<h2 id="trial-title">Tried on the past</h2>
{{#SERIES}}<div class="field"><label for="f-span">Over</label><select id="f-span" name="span">{{#SPAN_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/SPAN_OPTION}}</select></div>{{/SERIES}}
{{>TRIAL}}
<div class="actions">
<button class="button button-primary" type="submit" name="do" value="save">{{#IS_NEW}}Save the rule{{/IS_NEW}}{{#IS_OLD}}Save the changes{{/IS_OLD}}</button>
<button class="button" type="submit" name="do" value="try">Try it on the past</button>
{{#IS_OLD}}<a class="button button-quiet" href="/alerts/{{RULE_ID}}">Leave it as it was</a>{{/IS_OLD}}
</div>
</section>
</form>
