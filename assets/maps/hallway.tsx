<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.10" tiledversion="1.10.2" name="hallway" tilewidth="32" tileheight="32" tilecount="368" columns="16">
 <image source="hallway.png" width="512" height="736"/>
 <tile id="0" type="stone-0"/>
 <tile id="1" type="stone-1"/>
 <tile id="2" type="stone-2"/>
 <tile id="3" type="stone-3"/>
 <tile id="4" type="path-0"/>
 <tile id="5" type="path-1"/>
 <tile id="6" type="path-2"/>
 <tile id="7" type="path-3"/>
 <tile id="8" type="oak-0"/>
 <tile id="9" type="oak-1"/>
 <tile id="10" type="oak-2"/>
 <tile id="11" type="oak-3"/>
 <tile id="12" type="walnut-0"/>
 <tile id="13" type="walnut-1"/>
 <tile id="14" type="walnut-2"/>
 <tile id="15" type="walnut-3"/>
 <tile id="16" type="birch-0"/>
 <tile id="17" type="birch-1"/>
 <tile id="18" type="birch-2"/>
 <tile id="19" type="birch-3"/>
 <tile id="20" type="checker-0"/>
 <tile id="21" type="checker-1"/>
 <tile id="22" type="checker-2"/>
 <tile id="23" type="checker-3"/>
 <tile id="24" type="wool-0"/>
 <tile id="25" type="wool-1"/>
 <tile id="26" type="wool-2"/>
 <tile id="27" type="wool-3"/>
 <tile id="28" type="felt-0"/>
 <tile id="29" type="felt-1"/>
 <tile id="30" type="felt-2"/>
 <tile id="31" type="felt-3"/>
 <tile id="32" type="peach-0"/>
 <tile id="33" type="peach-1"/>
 <tile id="34" type="peach-2"/>
 <tile id="35" type="peach-3"/>
 <tile id="36" type="sky-0"/>
 <tile id="37" type="sky-1"/>
 <tile id="38" type="sky-2"/>
 <tile id="39" type="sky-3"/>
 <tile id="40" type="concrete-0"/>
 <tile id="41" type="concrete-1"/>
 <tile id="42" type="concrete-2"/>
 <tile id="43" type="concrete-3"/>
 <tile id="44" type="grass-0"/>
 <tile id="45" type="grass-1"/>
 <tile id="46" type="grass-2"/>
 <tile id="47" type="grass-3"/>
 <tile id="48" type="boards-0"/>
 <tile id="49" type="boards-1"/>
 <tile id="50" type="boards-2"/>
 <tile id="51" type="boards-3"/>
 <tile id="52" type="rug-red-0"/>
 <tile id="53" type="rug-red-1"/>
 <tile id="54" type="rug-red-2"/>
 <tile id="55" type="rug-red-3"/>
 <tile id="56" type="rug-red-4"/>
 <tile id="57" type="rug-red-5"/>
 <tile id="58" type="rug-red-6"/>
 <tile id="59" type="rug-red-7"/>
 <tile id="60" type="rug-red-8"/>
 <tile id="61" type="rug-blue-0"/>
 <tile id="62" type="rug-blue-1"/>
 <tile id="63" type="rug-blue-2"/>
 <tile id="64" type="rug-blue-3"/>
 <tile id="65" type="rug-blue-4"/>
 <tile id="66" type="rug-blue-5"/>
 <tile id="67" type="rug-blue-6"/>
 <tile id="68" type="rug-blue-7"/>
 <tile id="69" type="rug-blue-8"/>
 <tile id="70" type="rug-green-0"/>
 <tile id="71" type="rug-green-1"/>
 <tile id="72" type="rug-green-2"/>
 <tile id="73" type="rug-green-3"/>
 <tile id="74" type="rug-green-4"/>
 <tile id="75" type="rug-green-5"/>
 <tile id="76" type="rug-green-6"/>
 <tile id="77" type="rug-green-7"/>
 <tile id="78" type="rug-green-8"/>
 <tile id="79" type="rug-sand-0"/>
 <tile id="80" type="rug-sand-1"/>
 <tile id="81" type="rug-sand-2"/>
 <tile id="82" type="rug-sand-3"/>
 <tile id="83" type="rug-sand-4"/>
 <tile id="84" type="rug-sand-5"/>
 <tile id="85" type="rug-sand-6"/>
 <tile id="86" type="rug-sand-7"/>
 <tile id="87" type="rug-sand-8"/>
 <tile id="88" type="doormat"/>
 <tile id="89" type="doormat"/>
 <tile id="90" type="sunlight"/>
 <tile id="91" type="sunlight"/>
 <tile id="92" type="steps"/>
 <tile id="93" type="steps"/>
 <tile id="94" type="steps"/>
 <tile id="95" type="stones"/>
 <tile id="96" type="shadow-below"/>
 <tile id="97" type="shadow-beside"/>
 <tile id="98" type="shadow-corner"/>
 <tile id="99" type="cap-0">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="100" type="cap-1">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="101" type="cap-2">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="102" type="cap-3">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="103" type="cap-4">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="104" type="cap-5">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="105" type="cap-6">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="106" type="sunlight"/>
 <tile id="107" type="sunlight"/>
 <tile id="108" type="cap-7">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="109" type="cap-8">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="110" type="cap-9">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="111" type="cap-10">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="112" type="cap-11">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="113" type="cap-12">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="114" type="cap-13">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="115" type="cap-14">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="116" type="cap-15">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="117" type="face-cream">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="118" type="face-sage">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="119" type="face-lilac">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="120" type="face-tiles">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="121" type="face-terracotta">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="122" type="face-ochre">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="123" type="face-rose">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="124" type="face-glass">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="125" type="face-wine">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="126" type="threshold"/>
 <tile id="127" type="post-left"/>
 <tile id="128" type="post-right"/>
 <tile id="129" type="post-top"/>
 <tile id="130" type="post-bottom"/>
 <tile id="131" type="beam"/>
 <tile id="132" type="shut-door-top">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="133" type="shut-door">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="134" type="shut-door-right">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="135" type="window">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="136" type="window">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="137" type="picture">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="138" type="painting">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="139" type="painting">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="140" type="clock">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="141" type="board">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="142" type="board">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="143" type="board">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="144" type="screen">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="145" type="screen">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="146" type="screen">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="147" type="tools">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="148" type="tools">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="149" type="curtain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="150" type="sofa-south-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="151" type="sofa-south-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="152" type="sofa-south-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="153" type="sofa-north-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="154" type="sofa-north-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="155" type="sofa-north-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="156" type="sofa-east-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="157" type="sofa-west-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="158" type="armchair-south-coral"/>
 <tile id="159" type="armchair-east-coral"/>
 <tile id="160" type="armchair-west-coral"/>
 <tile id="161" type="sofa-south-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="162" type="sofa-south-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="163" type="sofa-south-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="164" type="sofa-north-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="165" type="sofa-north-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="166" type="sofa-north-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="167" type="sofa-east-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="168" type="sofa-west-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="169" type="armchair-south-teal"/>
 <tile id="170" type="armchair-east-teal"/>
 <tile id="171" type="armchair-west-teal"/>
 <tile id="172" type="sofa-east-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="173" type="sofa-west-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="174" type="chair-south"/>
 <tile id="175" type="chair-north"/>
 <tile id="176" type="chair-east"/>
 <tile id="177" type="chair-west"/>
 <tile id="178" type="stool"/>
 <tile id="179" type="beanbag-lemon"/>
 <tile id="180" type="beanbag-plum"/>
 <tile id="181" type="beanbag-mint"/>
 <tile id="182" type="bench-upright">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="183" type="sofa-east-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="184" type="sofa-west-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="185" type="bench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="186" type="bench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="187" type="counter">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="188" type="sofa-east-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="189" type="sofa-west-coral">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="190" type="round-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="191" type="round-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="192" type="table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="193" type="table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="194" type="table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="195" type="reading-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="196" type="reading-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="197" type="reading-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="198" type="bench-upright">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="199" type="sofa-east-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="200" type="sofa-west-teal">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="201" type="coffee-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="202" type="coffee-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="203" type="desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="204" type="desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="205" type="lamp"/>
 <tile id="206" type="round-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="207" type="round-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="208" type="table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="209" type="table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="210" type="table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="211" type="reading-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="212" type="reading-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="213" type="reading-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="214" type="bookshelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="215" type="bookshelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="216" type="bookshelf-2">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="217" type="bookshelf-2">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="218" type="low-shelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="219" type="low-shelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="220" type="low-shelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="221" type="lamp">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="222" type="sink">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="223" type="sink">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="224" type="stove">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="225" type="stove">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="226" type="coffee-machine">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="227" type="fridge">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="228" type="printer">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="229" type="printer">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="230" type="bookshelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="231" type="bookshelf">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="232" type="bookshelf-2">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="233" type="bookshelf-2">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="234" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="235" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="236" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="237" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="238" type="crate">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="239" type="barrel">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="240" type="workbench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="241" type="workbench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="242" type="workbench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="243" type="fridge">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="244" type="printer">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="245" type="printer">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="246" type="easel"/>
 <tile id="247" type="mixing-desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="248" type="mixing-desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="249" type="mixing-desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="250" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="251" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="252" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="253" type="island">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="254" type="camera">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="255" type="microphone"/>
 <tile id="256" type="workbench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="257" type="workbench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="258" type="workbench">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="259" type="speaker">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="260" type="footlights">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="261" type="plant">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="262" type="easel">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="263" type="mixing-desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="264" type="mixing-desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="265" type="mixing-desk">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="266" type="piano">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="267" type="piano">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="268" type="piano">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="269" type="fireplace">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="270" type="fireplace">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="271" type="fireplace">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="272" type="tall-plant"/>
 <tile id="273" type="tree"/>
 <tile id="274" type="tree"/>
 <tile id="275" type="speaker">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="276" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="277" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="278" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="279" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="280" type="bush">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="282" type="piano">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="283" type="piano">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="284" type="piano">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="285" type="fireplace">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="286" type="fireplace">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="287" type="fireplace">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="288" type="tall-plant">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="289" type="tree"/>
 <tile id="290" type="tree"/>
 <tile id="292" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="293" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="294" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="295" type="reception">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="296" type="flowers-warm">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="297" type="flowers-warm">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="298" type="flowers-cool">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="299" type="flowers-cool">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="300" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="301" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="302" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="303" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="305" type="tree">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="306" type="tree">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="307" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="308" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="309" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="310" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="311" type="parasol-table"/>
 <tile id="312" type="parasol-table"/>
 <tile id="316" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="317" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="318" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="319" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="323" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="324" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="325" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="326" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="327" type="parasol-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="328" type="parasol-table">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="332" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="333" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="334" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="335" type="pond">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="339" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="340" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="341" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="342" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="355" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="356" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="357" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="358" type="fountain">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
</tileset>
